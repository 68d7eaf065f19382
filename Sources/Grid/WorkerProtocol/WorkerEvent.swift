/// What a worker tells the owner: one JSON line on the worker's standard output.
package enum WorkerEvent: Hashable, Sendable, Codable {
  /// The worker is up and waits for orders.
  case ready(WorkerEnvironment)
  /// How far a stage has come, at most a few times a second: `done` of `total` in `unit`, and a word
  /// about it such as `loss 1.234`.
  case progress(
    job: JobID, attempt: Attempt, stage: StageKey, done: Int, total: Int, unit: String,
    note: String)
  case completed(job: JobID, attempt: Attempt, result: StageResult)
  /// Everything of the order is completed, since `at`, in seconds since 1970: who listens may hear of it
  /// later. The worker goes on to the next order, or waits for it.
  case finished(job: JobID, attempt: Attempt, at: Double? = nil)
  /// The job cannot go on; the worker itself is well and goes on to the next order.
  case failed(
    job: JobID, attempt: Attempt, stage: StageKey?, failure: Failure, at: Double? = nil)
  /// An artifact that should be there is missing or damaged: its stage has to be done again.
  case artifactLost(
    job: JobID, attempt: Attempt, stage: StageKey, reason: String, at: Double? = nil)
  /// The answer to `JobOrder.recallLine`: these orders, the last that the worker got before that line,
  /// are given back; it does the others.
  case recalled(jobs: [JobID])
  /// Artifacts can no longer be written or read, for a reason that concerns every job, such as a full
  /// disk; the sentence says which and what to do.
  case storeFailed(job: JobID, attempt: Attempt, message: String)
}

extension WorkerEvent {
  /// When the worker was done with an order, in seconds since 1970, if that is what it says.
  package var doneAt: Double? {
    switch self {
    case .finished(_, _, let instant), .failed(_, _, _, _, let instant),
      .artifactLost(_, _, _, _, let instant):
      instant
    case .ready, .progress, .completed, .recalled, .storeFailed: nil
    }
  }
}
