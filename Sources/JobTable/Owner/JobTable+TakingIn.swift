import GRDB
import Grid

extension JobTable {
  /// Takes over what came of jobs in another table, in one transaction: attempts get the job's next
  /// numbers, results are accepted by their stage's key, failures stand.
  ///
  /// A job that is done here takes nothing, and attempts after the one that completes it are passed over.
  /// One that has failed here is open again for the results; when they do not complete it, it has failed
  /// as before. When they do, what had failed only because of it is open again.
  ///
  /// - Precondition: no attempt is running, and every artifact of the results is in the store.
  /// - Throws: `JobTableError`, a contradiction to what is recorded included; then nothing is taken.
  package func takeIn(_ intakes: [JobIntake]) throws {
    if intakes.isEmpty { return }
    try transaction { db in
      let recorder = ChangeRecorder(db)
      for intake in intakes { try db.takeIn(intake, path: path, recorder) }
      try recorder.finish()
    }
  }
}

extension Database {
  fileprivate func takeIn(
    _ intake: JobIntake, path: String, _ recorder: ChangeRecorder
  ) throws {
    let job = intake.job
    guard let state = try jobState(job) else { throw JobTableError.unknownJob(job.rawValue) }
    if state == .done { return }
    var failure = intake.failure
    if state == .failed {
      failure = try first(
        "SELECT failure, failed_at FROM job WHERE id = ?", .job(job),
        value: { row in
          JobFailure(failure: try Coding.value(Failure.self, from: row.text(0)), at: row.real(1))
        })
      try recorder.finish()
      try reopen(job)
    }
    func apply(_ change: Change) throws {
      if case .refused(let refusal) = try recorder.apply(change) {
        throw JobTableError.failed(
          path: path, code: 0, detail: "what another table has of job \(job) is refused: \(refusal)"
        )
      }
    }
    func complete(_ recorded: RecordedResult, _ attempt: Attempt) throws {
      try apply(
        .stageCompleted(
          job, attempt, recorded.result, at: recorded.completedAt, rule: .anyAttempt))
    }
    for later in intake.laterResults { try complete(later.result, later.attempt) }
    for attempt in intake.attempts {
      if try jobState(job) == .done { break }
      let number = try lastAttempt(of: job)?.next ?? .first
      let record = attempt.record
      try apply(
        .attemptBegan(
          job, number, at: record.startedAt, worker: record.worker, log: attempt.log))
      for result in attempt.results { try complete(result, number) }
      // Where jobs are cut in another way here, what completed one there may leave stages here.
      let isComplete = try jobState(job) == .done
      let outcome: AttemptOutcome =
        switch record.outcome {
        case .completed? where !isComplete, nil: .stopped
        case let outcome?: outcome
        }
      try apply(.attemptEnded(job, number, outcome, at: record.endedAt ?? attempt.lastInstant))
    }
    if let failure, try jobState(job) == .open {
      try apply(.jobFailed(job, failure.failure, at: failure.at))
    }
    if state == .failed, try jobState(job) == .done {
      try recorder.finish()
      try reopenDependents(of: job)
    }
  }

  /// Opens what failed only because of a job that has not failed any more, and in turn what failed
  /// because of that; but nothing that requires another failed job.
  private func reopenDependents(of job: JobID) throws {
    var pending = [job]
    while let job = pending.popLast() {
      let dependents = try all(
        """
        SELECT j.id, j.failure FROM job_dependency d JOIN job j ON j.id = d.job_id
        WHERE d.requires_id = ? AND j.state = 2 AND NOT EXISTS (
          SELECT 1 FROM job_dependency e JOIN job r ON r.id = e.requires_id
          WHERE e.job_id = j.id AND r.state = 2)
        """,
        .job(job),
        value: { ($0.job(0), try Coding.value(Failure.self, from: $0.text(1)).reason) })
      for (dependent, reason) in dependents where reason == .parentFailed {
        try reopen(dependent)
        pending.append(dependent)
      }
    }
  }

  /// Opens a failed job; how often it was tried still counts.
  private func reopen(_ job: JobID) throws {
    try run(
      "UPDATE job SET state = 0, failure = NULL, cluster = NULL, failed_at = NULL WHERE id = ?",
      .job(job))
    try run("UPDATE stage SET state = 0 WHERE job_id = ? AND state = 2", .job(job))
  }
}

extension JobIntake.AttemptIntake {
  /// When an attempt was last heard of whose end is not on record.
  fileprivate var lastInstant: Double {
    max(record.startedAt, results.map(\.completedAt).max() ?? record.startedAt)
  }
}
