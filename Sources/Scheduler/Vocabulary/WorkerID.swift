/// Names a worker process within one session of an owner; numbers only grow, so that what a dead
/// worker still says is never taken for its successor's.
package struct WorkerID: Hashable, Sendable, Comparable, RawRepresentable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  package static func < (left: WorkerID, right: WorkerID) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension WorkerID: CustomStringConvertible {
  package var description: String { String(rawValue) }
}
