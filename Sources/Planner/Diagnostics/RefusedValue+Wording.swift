import Grid

extension GridFault.RefusedValue {
  var message: String {
    switch refusal {
    case .wrongKind, .notIntegral, .notAChoice:
      "“\(parameter)” must be \(type.phrase), but is \(isQuoted ? "the text " : "")“"
        + "\(GridFault.Found.shortened(text))”"
    case .outOfRange:
      "“\(parameter)” must be \(type.phrase), but is \(text)"
    }
  }

  var remedy: String? {
    switch type {
    case .choice(let words):
      if let word = Suggestion.nearest(to: text, among: words) { return "did you mean “\(word)”?" }
    case .boolean:
      if ["yes", "on", "y", "1"].contains(text.lowercased()) { return "write true" }
      if ["no", "off", "n", "0"].contains(text.lowercased()) { return "write false" }
    case .integer, .number, .numberOrTied:
      if case .numberOrTied(_, _, let word, _) = type,
        Suggestion.nearest(to: text, among: [word]) != nil
      {
        return "did you mean “\(word)”?"
      }
      guard refusal == .wrongKind else { return nil }
      if NumberText(text) != nil { return isQuoted ? "remove the quotes" : nil }
      let bare = text.filter { $0 != "_" && $0 != "," && $0 != " " }
      if bare != text, NumberText(bare) != nil { return "write \(bare)" }
    case .string, .any: break
    }
    return nil
  }
}

extension ParameterType {
  /// `an integer from 0 to 9`, for sentences.
  var phrase: String {
    switch self {
    case .boolean: "true or false"
    case .integer(let minimum, let maximum):
      "an integer" + Self.range(minimum.map(String.init), maximum.map(String.init))
    case .number(let minimum, let maximum): "a number" + Self.range(minimum, maximum)
    case .numberOrTied(let minimum, let maximum, let word, _):
      "a number" + Self.range(minimum, maximum) + " or “\(word)”"
    case .choice(let words): Self.either(words)
    case .string: "a text"
    case .any: "a value"
    }
  }

  private static func range(_ minimum: Double?, _ maximum: Double?) -> String {
    range(
      minimum.map { ParameterValue.number($0).description },
      maximum.map { ParameterValue.number($0).description })
  }

  private static func range(_ minimum: String?, _ maximum: String?) -> String {
    switch (minimum, maximum) {
    case (let minimum?, let maximum?): " from \(minimum) to \(maximum)"
    case (let minimum?, nil): " of at least \(minimum)"
    case (nil, let maximum?): " of at most \(maximum)"
    case (nil, nil): ""
    }
  }

  private static func either(_ words: [String]) -> String {
    words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words.last!
  }
}
