import Grid

/// The parameters that templates add to those of their bases, as canonical JSON.
struct ParameterTexts: Sendable {
  private var texts: [UInt8] = []
  private var ends: [Int] = []
  private var bases: [Int32] = []

  /// So many templates at a time.
  private static let size = 2_048

  var count: Int { ends.count }

  /// Makes the texts of the stages' templates, each once, in the order in which they are first met.
  static func feed(_ stages: StageList, entering isEntered: [Bool]) -> Feed<ParameterTexts> {
    Feed { hand in
      let templates = stages.templates
      var piece = ParameterTexts()
      var text = JSONObjectText()
      var isMet: [Bool] = []
      for index in 0..<stages.count where isEntered[index] {
        let template = stages.template(at: index)
        while isMet.count <= template { isMet.append(false) }
        if isMet[template] { continue }
        isMet[template] = true
        piece.bases.append(Int32(templates.writeText(of: template, to: &text)))
        piece.texts += text.bytes
        piece.ends.append(piece.texts.count)
        if piece.count < size { continue }
        try hand(piece)
        piece = ParameterTexts()
      }
      if piece.count > 0 { try hand(piece) }
    }
  }

  func base(at place: Int) -> Int { Int(bases[place]) }

  func length(at place: Int) -> Int { range(place).count }

  func withText(at place: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    texts.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range(place)])) }
  }

  private func range(_ place: Int) -> Range<Int> {
    (place > 0 ? ends[place - 1] : 0)..<ends[place]
  }
}
