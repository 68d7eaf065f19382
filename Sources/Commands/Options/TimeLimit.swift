import ArgumentParser
import Planner

/// A duration on the command line, written as in grid files.
struct TimeLimit: ExpressibleByArgument {
  private let text: String
  let seconds: Double

  /// Takes any text: what is wrong with it is said by `validate`.
  init(argument: String) {
    text = argument
    seconds = Quantity.seconds(argument) ?? 0
  }

  func validate(_ option: String) throws {
    guard !(seconds > 0) else { return }
    throw ValidationError(
      "\(option) takes a time, such as 90s, 15m or \"1h 30m\"; “\(text)” is not that")
  }
}
