/// Text from outside (names of grids, messages of programs) made safe to stand in HTML and SVG.
enum Markup {
  /// The text as it may stand between tags and in quoted attributes: control characters and those
  /// that change the direction of writing are shown as escapes, and what has a meaning in markup
  /// stands as a reference.
  static func escaped(_ text: String) -> String {
    let printable = DisplayText.printable(text)
    guard printable.unicodeScalars.contains(where: { reference($0) != nil }) else {
      return printable
    }
    var output = ""
    for scalar in printable.unicodeScalars {
      if let reference = reference(scalar) {
        output += reference
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
    return output
  }

  private static func reference(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "\"": "&quot;"
    case "'": "&#39;"
    // These two are no characters of XML, not even as references.
    case "\u{FFFE}", "\u{FFFF}": "\\u{" + String(scalar.value, radix: 16) + "}"
    default: nil
    }
  }
}
