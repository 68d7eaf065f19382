extension ParameterType {
  /// Why a value is not one of a type.
  package enum Refusal: Hashable, Sendable, Error {
    case wrongKind
    case notIntegral
    case outOfRange
    case notAChoice
    case notASchedule(Schedule.Mistake)
  }

  /// The value as this type holds it, so that equal values are written alike: `1` for a number is
  /// `.number(1)`, `3.0` for an integer is `.integer(3)`.
  package func accept(_ value: ParameterValue) -> Result<ParameterValue, Refusal> {
    switch self {
    case .any:
      return .success(value)
    case .boolean:
      return value.boolean == nil ? .failure(.wrongKind) : .success(value)
    case .string:
      return value.string == nil ? .failure(.wrongKind) : .success(value)
    case .choice(let words):
      guard let word = value.string else { return .failure(.wrongKind) }
      return words.contains(word) ? .success(value) : .failure(.notAChoice)
    case .schedule(let methods):
      guard let text = value.string else { return .failure(.wrongKind) }
      do throws(Schedule.Mistake) {
        return .success(.string(try Schedule(text, methods: methods).text))
      } catch {
        return .failure(.notASchedule(error))
      }
    case .integer(let minimum, let maximum):
      guard value.double != nil else { return .failure(.wrongKind) }
      guard let integer = value.integer else { return .failure(.notIntegral) }
      guard integer >= minimum ?? .min, integer <= maximum ?? .max else {
        return .failure(.outOfRange)
      }
      return .success(.integer(integer))
    case .number(let minimum, let maximum):
      return Self.number(value, minimum, maximum)
    case .numberOrTied(let minimum, let maximum, let word, _):
      if value.string == word { return .success(value) }
      return Self.number(value, minimum, maximum)
    }
  }

  private static func number(
    _ value: ParameterValue, _ minimum: Double?, _ maximum: Double?
  ) -> Result<ParameterValue, Refusal> {
    guard let number = value.double else { return .failure(.wrongKind) }
    guard number.isFinite, number >= minimum ?? -.infinity, number <= maximum ?? .infinity else {
      return .failure(.outOfRange)
    }
    return .success(.number(number))
  }
}
