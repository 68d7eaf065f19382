import Grid

/// Something that happened and must be in the table before anyone is told. Times are seconds since
/// 1970, given by the caller.
package enum Change: Hashable, Sendable {
  /// An attempt is about to start. Its number must be the job's last one plus one. Commit this before
  /// the order goes out: then a number is never issued twice, whatever is killed.
  case attemptBegan(JobID, Attempt, at: Double, worker: WorkerEnvironment?, log: String?)
  /// The same of an attempt that is likely to begin shortly: it runs once it is placed.
  case attemptForeseen(JobID, Attempt, at: Double, log: String?)
  /// An attempt that was recorded before anybody was there to do it now begins, at this worker if a
  /// worker does it.
  case attemptPlaced(JobID, Attempt, at: Double, worker: WorkerEnvironment?)
  /// A stage is done. `rule` says which attempts may speak.
  case stageCompleted(JobID, Attempt, StageResult, at: Double, rule: AcceptanceRule)
  /// An attempt is over. What becomes of the job is another change, except that a job whose stages
  /// are all done is done by that.
  case attemptEnded(JobID, Attempt, AttemptOutcome, at: Double)
  /// A job can never be done: its stages that are not done fail with it.
  case jobFailed(JobID, Failure, at: Double)
  /// A stage's artifact is gone. The stage loses its result and is open again, its job is open again,
  /// and every unfinished job that reads the stage, `neededBy` among them, waits for that job.
  case stageReopened(StageKey, neededBy: JobID?)
}

/// Which attempts of a job may complete its stages.
package enum AcceptanceRule: Hashable, Sendable {
  /// Any: the same key has the same result, whoever computed it. For the built-in program.
  case anyAttempt
  /// Only the last attempt issued: what an earlier process says late is not to be mixed with it. For
  /// external programs.
  case lastAttempt
}

/// What became of a change.
package enum ChangeOutcome: Hashable, Sendable {
  case applied
  /// The result completed the last open stage of this job, which is now done.
  case completedJob(JobID)
  /// The table knew it already; nothing changed but that artifacts it did not know were added.
  case repeated
  /// The stage is open again; these jobs have to be done again for it.
  case reopened([JobID])
  /// Not applied, and nothing else of the batch is affected.
  case refused(Refusal)
}

/// Why a change was not applied.
package enum Refusal: Hashable, Sendable {
  case unknownJob(JobID)
  case unknownStage(StageKey)
  /// The attempt is not the one that follows the job's last (`nil` before the first).
  case attemptOutOfOrder(JobID, Attempt, last: Attempt?)
  /// The attempt was never begun.
  case unknownAttempt(JobID, Attempt)
  /// The attempt is over already.
  case attemptIsOver(JobID, Attempt)
  /// The job has an attempt that is not over.
  case attemptIsRunning(JobID, Attempt)
  /// Only the last attempt issued may complete stages of this job.
  case staleAttempt(JobID, Attempt, last: Attempt)
  /// The attempt claims to have completed its job, of which so many stages are not done.
  case stagesMissing(JobID, count: Int)
  /// The job is done.
  case jobIsDone(JobID)
  /// The job failed earlier.
  case jobHasFailed(JobID)
  /// A metric is NaN or infinite.
  case nonFinite(StageKey, metric: String)
  /// An artifact's hash is not 64 hex digits, its size is negative, it is named twice, or it belongs
  /// to another stage.
  case malformedArtifact(StageKey, kind: String)
  /// The stage has a result already, and it is another one: the same key must have the same result.
  case contradiction(StageKey, Contradiction)
}

/// What two results of one stage disagree on.
package enum Contradiction: Hashable, Sendable {
  /// The metric's values; `nil` where a result lacks it.
  case metric(String, recorded: Double?, reported: Double?)
  /// The SHA-256 of the artifact's content.
  case artifact(kind: String, recorded: String, reported: String)

  /// `accuracy is 0.5 here and 0.25 there`.
  ///
  /// - Parameters:
  ///   - here: where or when the recorded result is.
  ///   - there: the same of the other one.
  package func words(here: String, there: String) -> String {
    switch self {
    case .metric(let name, let recorded, let reported):
      "\(name) is \(recorded.map { "\($0)" } ?? "missing") \(here) and "
        + "\(reported.map { "\($0)" } ?? "missing") \(there)"
    case .artifact(let kind, let recorded, let reported):
      "the content of its artifact “\(kind)” is \(recorded.prefix(12))… \(here) and "
        + "\(reported.prefix(12))… \(there)"
    }
  }
}
