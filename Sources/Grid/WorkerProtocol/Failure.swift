/// Why an attempt failed: data, so that failures can be counted, told apart and shown.
package struct Failure: Hashable, Sendable, Codable, Error {
  package enum Reason: Hashable, Sendable, Codable {
    /// The process ended with this status.
    case exitStatus(Int32)
    /// It ran past its time limit, in seconds.
    case timeLimit(Double)
    /// It went past its memory limit, in bytes.
    case memoryLimit(Int)
    /// It said something that is not in the protocol, or left out what it should have said.
    case protocolViolation
    /// A loss or a metric became NaN or infinite.
    case nonFinite
    /// The program reported an error of its own.
    case error
    /// It could not be started.
    case notStarted
    /// A parent job failed, so this one can never start.
    case parentFailed
    /// Its process died by signals too often (the number of times).
    case crashLimit(Int)
  }

  package let reason: Reason
  /// A sentence for people.
  package let message: String

  package init(reason: Reason, message: String) {
    self.reason = reason
    self.message = message
  }
}
