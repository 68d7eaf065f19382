import ArgumentParser
import Planner

/// An amount of memory on the command line, written as in grid files.
struct MemoryLimit: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    guard let bytes = Quantity.bytes(argument) else { return nil }
    self.bytes = bytes
  }
}
