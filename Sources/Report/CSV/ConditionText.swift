import Grid

extension RunCondition {
  /// Reads a condition as it stands on a command line: `temperature <= 1.0`, `model == "gpt 2"`,
  /// `eval/loss < 3`. A single `=` is taken for `==`. The name is whatever stands before the sign.
  ///
  /// - Returns: `nil` where there is no sign, no name or no value.
  package init?(text: String) {
    guard let start = text.firstIndex(where: { "=!<>".contains($0) }) else { return nil }
    let sign = String(text[start...].prefix { "=!<>".contains($0) })
    let written = Self.trimmed(text[start...].dropFirst(sign.count))
    let name = Self.trimmed(text[..<start])
    guard let comparison = Comparison(rawValue: sign == "=" ? "==" : sign), !name.isEmpty,
      !written.isEmpty
    else { return nil }
    for quote in ["\"", "'"]
    where written.count >= 2 && written.hasPrefix(quote) && written.hasSuffix(quote) {
      self.init(
        name: name, comparison: comparison,
        value: .string(String(written.dropFirst().dropLast())))
      return
    }
    self.init(
      name: name, comparison: comparison, value: ParameterValue(cellText: Self.spelledOut(written)))
  }

  /// A number as CSV has it: with a digit before its point, and no plus sign.
  private static func spelledOut(_ text: String) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let rest = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if rest.hasPrefix("."), rest.dropFirst().first?.isASCII == true,
      rest.dropFirst().first?.isNumber == true
    {
      return sign + "0" + rest
    }
    return rest.first?.isNumber == true ? sign + rest : text
  }

  private static func trimmed(_ text: Substring) -> String {
    let head = text.drop(while: \.isWhitespace)
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }
}
