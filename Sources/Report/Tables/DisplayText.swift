/// Text as it stands in a table.
package enum DisplayText {
  /// A text from outside (a parameter's value, say) made safe to print: control characters and
  /// those that change the direction of writing are shown as escapes, so that no value can move the
  /// cursor, break a line or hide what it is.
  package static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case let scalar where isControl(scalar):
        output += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    case .format: scalar.value != 0x200D  // The joiner belongs to emoji.
    default: false
    }
  }

  /// How many columns of a terminal the text takes: one for each character, two for those of East
  /// Asian width W or F and for emoji (Unicode Standard Annex 11, in its main blocks).
  package static func width(_ text: String) -> Int {
    text.reduce(0) { width, character in
      width + (character.unicodeScalars.first.map(isWide) == true ? 2 : 1)
    }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// The text followed, or with `right` preceded, by spaces up to a width.
  package static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - Self.width(text)))
    return right ? spaces + text : text + spaces
  }

  /// The words of a text in lines of at most `width` columns; a longer word stands alone.
  static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, Self.width(line) + 1 + Self.width(String(word)) > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
