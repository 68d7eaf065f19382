/// What the owner tells a worker: one JSON line on the worker's standard input. Several may be there at
/// once; the worker does them in their order.
package struct JobOrder: Hashable, Sendable, Codable {
  /// Another line: the user wants an end soon. The worker completes the stage it is at, or saves where
  /// it is, and exits with status 0; it begins nothing more. Standard input that ends asks for an end
  /// at once.
  package static let drainLine = #"{"drain":{}}"#
  /// The last line that there is: the owner wants back the orders that are not begun. The worker says
  /// which with `WorkerEvent.recalled`, at once if it can listen while it works, or when it comes to the
  /// line.
  package static let recallLine = #"{"recall":{}}"#

  package let job: JobID
  package let attempt: Attempt
  /// The stages to complete, parents before children. Those of the job that were completed by an
  /// earlier attempt are not among them.
  package let stages: [Stage]
  /// Every other stage on the way from the roots to `stages`, parents before children: done before,
  /// but its artifact may not have been kept and then has to be computed again.
  package let context: [Stage]
  /// Stages whose state must be kept as an artifact: the last of a trajectory, and forks.
  package let keep: [StageKey]

  package init(
    job: JobID, attempt: Attempt, stages: [Stage], context: [Stage], keep: [StageKey]
  ) {
    self.job = job
    self.attempt = attempt
    self.stages = stages
    self.context = context
    self.keep = keep
  }
}
