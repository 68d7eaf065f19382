import Grid

extension GridFault.RefusedValue {
  var message: String {
    switch refusal {
    case .wrongKind, .notIntegral, .notAChoice:
      "“\(parameter)” must be \(type.phrase), but is \(isQuoted ? "the text " : "")“"
        + "\(GridFault.Found.shortened(text))”"
    case .notASchedule(let mistake):
      "“\(parameter)” must be \(type.phrase), but is “\(GridFault.Found.shortened(text))”: "
        + mistake.message
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
    case .schedule(let methods):
      guard case .notASchedule(let mistake) = refusal else { return nil }
      return mistake.remedy(methods)
    case .string, .any: break
    }
    return nil
  }
}

extension Schedule.Mistake {
  fileprivate var message: String {
    switch self {
    case .unreadablePhase(let text):
      text.isEmpty
        ? "it has a place where no method stands"
        : "“\(GridFault.Found.shortened(text))” is no method with a number of steps"
    case .unknownMethod(let word): "“\(GridFault.Found.shortened(word))” is no method"
    case .withoutSteps(let phase): "it does not say how many steps of \(phase) there are"
    case .ends(let phase): "it does not say what follows “\(phase)”"
    case .repeatsTwice: "it has “repeat” twice"
    }
  }

  fileprivate func remedy(_ methods: [String]) -> String {
    switch self {
    case .unreadablePhase: "write a method and a number, with “then” between two of them"
    case .unknownMethod(let word):
      GridFault.didYouMean(Suggestion.nearest(to: word, among: methods), methods)
        ?? "take another one"
    case .withoutSteps(let phase): "write “\(phase) 10” for ten of them"
    case .ends: "leave out the last number, or write “repeat” where it starts again"
    case .repeatsTwice: "everything from the first “repeat” on comes again; remove the second"
    }
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
    case .schedule(let methods):
      "a schedule of \(Self.either(methods)), such as “\(methods.first ?? "") 10 then "
        + "\(methods.last ?? "")”"
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
