import ArgumentParser
import Planner

/// An amount of memory on the command line, written as in grid files.
struct MemoryLimit: ExpressibleByArgument {
  private let text: String
  let bytes: Int

  /// Takes any text: what is wrong with it is said by `validate`.
  init(argument: String) {
    text = argument
    bytes = Quantity.bytes(argument) ?? 0
  }

  /// No program starts with less than a mebibyte.
  func validate(_ option: String) throws {
    guard bytes < 1 << 20 else { return }
    throw ValidationError(
      "\(option) takes an amount from 1 MiB on, such as 512MiB or 8GiB; “\(text)” is not that")
  }
}
