/// How wide text is, without a font at hand.
///
/// The figures ask for the reader's sans-serif font, so the widths are those of DejaVu Sans: with
/// Verdana it is the widest of the common ones (Helvetica and Arial are about 12% narrower), and what
/// fits in it is not clipped in any of them.
enum TextMetrics {
  /// Advance widths of U+0020 … U+007E in thousandths of the font's size.
  private static let widths: [Int] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
  ]

  /// The width of a text in points.
  ///
  /// - Complexity: O(length).
  static func width(_ text: String, size: Double) -> Double {
    var thousandths = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x20...0x7E: thousandths += widths[Int(scalar.value) - 0x20]
      case 0x2E80...: thousandths += 1400  // East Asian characters, emoji
      default: thousandths += 840  // letters with marks, Greek, signs: the widest of the usual
      }
    }
    return Double(thousandths) * size / 1000
  }

  /// The text, cut to a width with an ellipsis at its end if need be.
  static func fitted(_ text: String, size: Double, width limit: Double) -> String {
    if width(text, size: size) <= limit { return text }
    var kept = ""
    for character in text {
      if width(kept + String(character) + "…", size: size) > limit { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// The text in lines of at most a width, broken between words; a longer word is cut.
  static func lines(_ text: String, size: Double, width limit: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if !line.isEmpty, width(longer, size: size) > limit {
        lines.append(line)
        line = fitted(String(word), size: size, width: limit)
      } else {
        line = fitted(longer, size: size, width: limit)
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
