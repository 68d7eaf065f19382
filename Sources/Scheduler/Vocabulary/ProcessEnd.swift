/// How a process ended, as the system tells it.
package enum ProcessEnd: Hashable, Sendable {
  case exited(Int32)
  case signalled(Int32)
  /// It never ran; the sentence says why.
  case notStarted(String)
}
