import ArgumentParser
import Planner

/// A duration on the command line, written as in grid files.
struct TimeLimit: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    guard let seconds = Quantity.seconds(argument), seconds > 0 else { return nil }
    self.seconds = seconds
  }
}
