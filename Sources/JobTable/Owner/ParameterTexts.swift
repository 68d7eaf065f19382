import Grid

/// The parameters that some stages have alone, those of their bases left out, as canonical JSON.
struct ParameterTexts: Sendable {
  private var texts: [UInt8] = []
  private var ends: [Int] = []
  private var bases: [Int32] = []

  /// So many templates at a time.
  private static let size = 2_048

  var count: Int { ends.count }

  /// Makes the texts of the templates that one stage has, in the order of the stages.
  static func feed(
    _ stages: StageList, entering isEntered: [Bool], isShared: [Bool]
  ) -> Feed<ParameterTexts> {
    Feed { hand in
      let templates = stages.templates
      var piece = ParameterTexts()
      var text = JSONObjectText()
      for index in 0..<stages.count where isEntered[index] {
        let template = stages.template(at: index)
        if isShared[template] { continue }
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
