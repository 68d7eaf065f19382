/// What values a parameter takes.
package enum ParameterType: Hashable, Sendable {
  case boolean
  /// An integer within the bounds, both included; a missing bound is open.
  case integer(minimum: Int?, maximum: Int?)
  /// A number within the bounds, both included.
  case number(minimum: Double?, maximum: Double?)
  /// A number within the bounds, or the word, which stands for the value of another parameter of
  /// the same run: `loss_temperature: tied` is the run's `temperature`.
  case numberOrTied(minimum: Double?, maximum: Double?, word: String, to: String)
  /// One of these words.
  case choice([String])
  case string
  /// Some of these methods one after the other: the text of a `Schedule`.
  case schedule(of: [String])
  /// Any value: the parameters of external programs, whose types only they know.
  case any
}
