import Grid

extension Scheduler {
  /// What is to be done, in this order.
  package enum Effect: Hashable, Sendable {
    case startWorker(WorkerID)
    /// The attempt will begin shortly: record it beforehand, so that nobody waits for the disk when it
    /// does. It begins with `begin`, or is taken back with `end`, as stopped.
    case foresee(JobID, Attempt)
    /// Send the order of an attempt that is foreseen to the worker, which is at another: it does this
    /// one after that and those sent before. The attempt begins with `begin`, unless it is taken back
    /// with `end`, as stopped.
    case prefetch(JobID, Attempt, WorkerID)
    /// Ask the worker for the orders that it has not begun; it answers with `recalled`, or ends.
    case recall(WorkerID)
    /// Record that the attempt begins and, once that is durable, hand the order to the worker, if it has
    /// not got it, or start the process.
    case begin(JobID, Attempt, Place)
    /// Ask a worker that is at a job to complete the stage it is at, or to save where it is, and to
    /// exit.
    case drain(WorkerID)
    /// Close the standard input of a worker without a job: it exits.
    case dismiss(WorkerID)
    /// Send a signal to the whole process group.
    case signal(Target, Signal)
    /// Record how the attempt ended and what becomes of its job.
    case end(JobID, Attempt, AttemptOutcome, next: Next)
    /// Record that a job without a running attempt can never be done.
    case fail(JobID, Failure)
    /// Everything is over and no process is left. The last effect of a session.
    case finish(Outcome)
  }

  package enum Place: Hashable, Sendable {
    case worker(WorkerID)
    case process

    package var worker: WorkerID? {
      if case .worker(let worker) = self { worker } else { nil }
    }
  }

  package enum Target: Hashable, Sendable {
    case worker(WorkerID)
    case process(JobID, Attempt)
  }

  package enum Signal: Hashable, Sendable {
    case terminate
    case kill
  }

  /// What becomes of a job after an attempt.
  package enum Next: Hashable, Sendable {
    case done
    /// It will be tried again, in this session or the next.
    case again
    case failed(Failure)
  }

  /// How a session ended.
  package enum Outcome: Hashable, Sendable {
    /// Every job is done or has failed; so many failed.
    case finished(failed: Int)
    /// More jobs failed than the settings allow, and nothing more was started.
    case tooManyFailures(failed: Int)
    /// The user asked for an orderly end.
    case drained
    /// The user asked for an end at once.
    case stopped
    case storeFailed(String)
    /// Workers died again and again before they were ready; the sentence is the last one's.
    case workersDoNotStart(String)
  }
}
