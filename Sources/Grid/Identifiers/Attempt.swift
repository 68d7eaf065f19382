/// One try at a job: 1, 2, 3 … The number of a job's attempts only grows, so that what an earlier
/// attempt says late can be told from what the current one says.
package struct Attempt: Hashable, Sendable, Comparable, Codable, RawRepresentable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  package static let first = Attempt(rawValue: 1)

  package var next: Attempt { Attempt(rawValue: rawValue + 1) }

  package static func < (left: Attempt, right: Attempt) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension Attempt: CustomStringConvertible {
  package var description: String { String(rawValue) }
}
