import Report

/// A line of the live view: pieces of text with their styles.
struct StyledLine: Hashable {
  enum Style: Hashable {
    case plain, bold, dim, good, bad

    /// The parameter of the escape sequence that begins it.
    fileprivate var code: String? {
      switch self {
      case .plain: nil
      case .bold: "1"
      case .dim: "2"
      case .good: "32"
      case .bad: "31"
      }
    }
  }

  struct Piece: Hashable {
    var text: String
    var style: Style
  }

  private(set) var pieces: [Piece] = []

  init(_ text: String = "", _ style: Style = .plain) {
    add(text, style)
  }

  mutating func add(_ text: String, _ style: Style = .plain) {
    if text.isEmpty { return }
    if let last = pieces.last, last.style == style {
      pieces[pieces.count - 1].text += text
    } else {
      pieces.append(Piece(text: text, style: style))
    }
  }

  /// Columns that it takes.
  var width: Int { pieces.reduce(0) { $0 + DisplayText.width($1.text) } }

  var plain: String { pieces.map(\.text).joined() }

  /// With colours, as terminals since the VT100 know them.
  var coloured: String {
    pieces.map { piece in
      piece.style.code.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text
    }.joined()
  }

  /// The line cut to a width, with `…` where something is missing.
  func cut(to limit: Int) -> StyledLine {
    guard width > limit, limit > 0 else { return self }
    var line = StyledLine()
    var room = limit - 1
    for piece in pieces {
      let text = Self.prefix(of: piece.text, width: room)
      line.add(text, piece.style)
      room -= DisplayText.width(text)
      if text != piece.text { break }
    }
    line.add("…")
    return line
  }

  /// The longest beginning of a text that takes at most `width` columns.
  private static func prefix(of text: String, width: Int) -> String {
    var room = width
    return String(
      text.prefix { character in
        room -= DisplayText.width(String(character))
        return room >= 0
      })
  }
}

/// Bars and curves made of block characters.
enum Blocks {
  private static let eighths = Array(" ▁▂▃▄▅▆▇█")

  /// `████░░░░` for a share from 0 to 1.
  static func bar(_ share: Double, width: Int) -> String {
    let full = share.isFinite ? min(width, max(0, Int(share * Double(width)))) : 0
    return String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
  }

  /// One character that is as high as the share; `·` for nothing.
  static func level(_ share: Double) -> Character {
    guard share > 0 else { return "·" }
    return eighths[min(8, max(1, Int((share * 8).rounded(.down))))]
  }

  /// One character a value, the highest of all as high as the line.
  static func sparkline(_ values: [Double]) -> String {
    guard let highest = values.max(), highest > 0 else {
      return String(repeating: "▁", count: values.count)
    }
    return String(values.map { eighths[min(8, 1 + Int(max(0, $0) / highest * 7.5))] })
  }
}
