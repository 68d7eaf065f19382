import Grid

extension Scheduler {
  /// What happened. Anything about an attempt or a worker that is over is late news and changes
  /// nothing.
  package enum Event: Hashable, Sendable {
    /// These jobs are to be done; those already known are left as they are.
    case added([Job])
    /// The worker is up and waits for orders.
    case workerReady(WorkerID)
    /// The worker's process is gone, with all that it started. `isComplete` says that everything of the
    /// order it was at is completed; `detail` is what it last said, for people.
    case workerEnded(WorkerID, ProcessEnd, isComplete: Bool = false, detail: String)
    /// The jobs whose orders the worker gives back, not having begun them.
    case recalled(WorkerID, [JobID])
    /// The worker said something that is not in the protocol: it cannot be trusted any more.
    case workerViolated(WorkerID, message: String)
    case stageCompleted(JobID, Attempt)
    /// Everything of the order is completed, and its worker goes on to the next; for an external
    /// program, its process is gone.
    case finished(JobID, Attempt)
    /// A worker gives the job up but is well itself, or an external process reported something that
    /// makes its attempt a failure whatever it does next.
    case failed(JobID, Attempt, Failure)
    /// The job needs an artifact that is gone. `rebuild` are the jobs to be done again for it; it may
    /// name the job itself.
    case artifactLost(JobID, Attempt, stage: StageKey, rebuild: [Job])
    /// An external process is gone, with all that it started. `report` is what is wrong with what it
    /// reported, had it ended with status 0; `detail` is what it last said, for people.
    case processEnded(JobID, Attempt, ProcessEnd, report: Failure?, detail: String)
    /// Time has passed.
    case tick
    /// Start nothing more and end soon, losing as little as possible.
    case drain
    /// End at once.
    case stop
    /// Results can no longer be recorded: end at once.
    case storeFailed(String)
  }
}
