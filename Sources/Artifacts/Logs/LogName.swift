/// Whose log it is: an attempt at a job of the results folder.
package struct LogName: Hashable, Sendable, Comparable {
  package let job: Int64
  package let attempt: Int

  package init(job: Int64, attempt: Int) {
    self.job = job
    self.attempt = attempt
  }

  package static func < (left: LogName, right: LogName) -> Bool {
    (left.job, left.attempt) < (right.job, right.attempt)
  }
}
