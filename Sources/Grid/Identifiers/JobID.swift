/// Names a job within one job table; numbers only grow.
package struct JobID: Hashable, Sendable, Comparable, Codable, RawRepresentable {
  package let rawValue: Int64

  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  package static func < (left: JobID, right: JobID) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension JobID: CustomStringConvertible {
  package var description: String { String(rawValue) }
}
