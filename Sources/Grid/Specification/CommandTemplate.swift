/// A text with placeholders for parameters: `--lr={learning_rate}`.
///
/// `{name}` is a placeholder where `name` is a word of letters, digits, `_` and `-` that begins with
/// a letter or `_`. Two rules keep other programs' braces apart: `${name}` is the shell's and stays
/// as it is, and `{{name}}` stands for the plain text `{name}`. Any other brace is plain text.
package struct CommandTemplate: Hashable, Sendable {
  package enum Piece: Hashable, Sendable {
    case text(String)
    case placeholder(String)
  }

  package let pieces: [Piece]

  /// - Complexity: O(length of the text).
  package init(_ text: String) {
    var pieces: [Piece] = []
    var plain = ""
    var rest = Substring(text)
    var previous: Character = " "
    while let character = rest.first {
      if character == "{", previous != "$", let name = Self.braced(rest) {
        if rest.hasPrefix("{{") {
          plain += "{\(name)}"
          rest = rest.dropFirst(name.count + 4)
        } else {
          if !plain.isEmpty { pieces.append(.text(plain)) }
          plain = ""
          pieces.append(.placeholder(name))
          rest = rest.dropFirst(name.count + 2)
        }
        previous = "}"
      } else {
        plain.append(character)
        rest = rest.dropFirst()
        previous = character
      }
    }
    if !plain.isEmpty { pieces.append(.text(plain)) }
    self.pieces = pieces
  }

  /// The names of the placeholders in the order of the text, repetitions included.
  package var placeholders: [String] {
    pieces.compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
  }

  /// The text with each placeholder replaced by what `value` gives for its name.
  package func filled(_ value: (String) throws -> String) rethrows -> String {
    try pieces.reduce(into: "") { text, piece in
      switch piece {
      case .text(let plain): text += plain
      case .placeholder(let name): text += try value(name)
      }
    }
  }

  /// Whether `name` can be the name of an external program's parameter.
  package static func isName(_ name: some StringProtocol) -> Bool {
    guard let first = name.utf8.first, isWordByte(first), !isDigit(first),
      first != UInt8(ascii: "-")
    else { return false }
    return name.utf8.allSatisfy(isWordByte)
  }

  /// The name in `{name}` or `{{name}}` at the start of `text`, if that is what stands there.
  private static func braced(_ text: Substring) -> String? {
    let doubled = text.hasPrefix("{{")
    let name = text.dropFirst(doubled ? 2 : 1).prefix {
      $0.utf8.count == 1 && isWordByte($0.utf8.first!)
    }
    guard isName(name), text[name.endIndex...].hasPrefix(doubled ? "}}" : "}") else { return nil }
    return String(name)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
