import Grid
import Keys

extension ChangeRecorder {
  /// Applies a change, or says why it is refused; then nothing of it is applied.
  func apply(_ change: Change) throws -> ChangeOutcome {
    switch change {
    case .attemptBegan(let job, let attempt, let time, let worker, let log):
      return try beginAttempt(job, attempt, at: time, worker: worker, log: log, hasBegun: true)
    case .attemptForeseen(let job, let attempt, let time, let log):
      return try beginAttempt(job, attempt, at: time, worker: nil, log: log, hasBegun: false)
    case .attemptPlaced(let job, let attempt, let time, let worker):
      return try placeAttempt(job, attempt, at: time, worker: worker)
    case .stageCompleted(let job, let attempt, let result, let time, let rule):
      return try completeStage(job, attempt, result, at: time, rule: rule)
    case .attemptEnded(let job, let attempt, let outcome, let time):
      return try endAttempt(job, attempt, outcome, at: time)
    case .jobFailed(let job, let failure, let time):
      return try failJob(job, failure, at: time)
    case .stageReopened(let stage, let job):
      // What takes back from a count must find there what was counted before.
      try finish()
      return try reopenStage(stage, neededBy: job)
    }
  }

  // MARK: - Attempts

  private func beginAttempt(
    _ job: JobID, _ attempt: Attempt, at time: Double, worker: WorkerEnvironment?, log: String?,
    hasBegun: Bool
  ) throws -> ChangeOutcome {
    let known = try first(
      """
      SELECT state, (SELECT max(number) FROM attempt WHERE job_id = job.id),
        (SELECT number FROM attempt WHERE job_id = job.id AND outcome IS NULL)
      FROM job WHERE id = ?
      """,
      .job(job),
      value: { row in
        (
          state: try row.stageState(0), last: row.isNull(1) ? nil : row.attempt(1),
          running: row.isNull(2) ? nil : row.attempt(2)
        )
      })
    guard let known else { return .refused(.unknownJob(job)) }
    switch known.state {
    case .done: return .refused(.jobIsDone(job))
    case .failed: return .refused(.jobHasFailed(job))
    case .open: break
    }
    guard attempt == known.last?.next ?? .first else {
      return .refused(.attemptOutOfOrder(job, attempt, last: known.last))
    }
    if let running = known.running { return .refused(.attemptIsRunning(job, running)) }
    try run(
      """
      INSERT INTO attempt (job_id, number, started_at, environment_id, pid, log, begun)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      .job(job), .attempt(attempt), .real(time), .integer(try worker.map(environment)),
      .integer(worker.map { Int($0.pid) }), .text(log), .integer(hasBegun ? 1 : 0))
    return .applied
  }

  /// An attempt that was recorded beforehand has begun.
  private func placeAttempt(
    _ job: JobID, _ attempt: Attempt, at time: Double, worker: WorkerEnvironment?
  ) throws -> ChangeOutcome {
    try run(
      """
      UPDATE attempt SET started_at = ?, environment_id = ?, pid = ?, begun = 1
      WHERE job_id = ? AND number = ? AND outcome IS NULL
      """,
      .real(time), .integer(try worker.map(environment)), .integer(worker.map { Int($0.pid) }),
      .job(job), .attempt(attempt))
    return db.changes == 1 ? .applied : .refused(.unknownAttempt(job, attempt))
  }

  private func endAttempt(
    _ job: JobID, _ attempt: Attempt, _ outcome: AttemptOutcome, at time: Double
  ) throws -> ChangeOutcome {
    // A job of which something is missing is not completed.
    try run(
      """
      UPDATE attempt SET ended_at = ?1, outcome = ?2, detail = ?3
      WHERE job_id = ?4 AND number = ?5 AND outcome IS NULL
        AND NOT (?6 = 1 AND (SELECT missing > 0 FROM job WHERE id = ?4))
      """,
      .real(time), .text(outcome.name), .text(try detail(of: outcome)), .job(job),
      .attempt(attempt),
      .integer(outcome == .completed ? 1 : 0))
    if db.changes == 1 { return .applied }
    if let refusal = try refusal(toEnd: attempt, of: job) { return .refused(refusal) }
    return .refused(.stagesMissing(job, count: try db.missingStages(of: job)))
  }

  /// Why the attempt cannot end, if it is not running.
  private func refusal(toEnd attempt: Attempt, of job: JobID) throws -> Refusal? {
    let isOver = try first(
      "SELECT outcome IS NOT NULL FROM attempt WHERE job_id = ? AND number = ?", .job(job),
      .attempt(attempt), value: { $0.int(0) == 1 })
    guard let isOver else { return .unknownAttempt(job, attempt) }
    return isOver ? .attemptIsOver(job, attempt) : nil
  }

  /// A general encoder takes longer than all the statements of an attempt together.
  private func detail(of outcome: AttemptOutcome) throws -> String {
    outcome == .completed ? #"{"completed":{}}"# : try Coding.text(of: outcome)
  }

  // MARK: - Results

  private func completeStage(
    _ job: JobID, _ attempt: Attempt, _ result: StageResult, at time: Double, rule: AcceptanceRule
  ) throws -> ChangeOutcome {
    if let refusal = malformation(of: result, at: time) { return .refused(refusal) }
    let stage = try first(
      """
      SELECT s.id, s.job_id, s.state, (SELECT max(number) FROM attempt WHERE job_id = ?), s.kind,
        j.state, j.grid_id, EXISTS (SELECT 1 FROM further_job WHERE job_id = j.id), j.missing
      FROM stage_key AS k JOIN stage AS s ON s.id = k.stage_id JOIN job AS j ON j.id = s.job_id
      WHERE k.key = ?
      """,
      .job(job), .key(result.stage),
      value: { row in
        (
          id: row.integer(0), job: row.job(1), state: try row.stageState(2),
          last: row.isNull(3) ? nil : row.attempt(3), kind: row.text(4),
          jobState: try row.stageState(5), grid: row.isNull(6) ? nil : row.integer(6),
          hasFurtherGrids: row.int(7) == 1, missing: row.int(8)
        )
      })
    guard let stage else { return .refused(.unknownStage(result.stage)) }
    guard let last = stage.last, attempt >= .first, attempt <= last else {
      return .refused(
        try db.jobState(job) == nil ? .unknownJob(job) : .unknownAttempt(job, attempt))
    }
    if rule == .lastAttempt, attempt != last {
      return .refused(.staleAttempt(job, attempt, last: last))
    }
    if stage.state == .done { return try compare(result, withResultOf: stage.id) }
    let metrics = CanonicalJSON.object(result.metrics.mapValues { .number($0) }).text
    try run(
      """
      INSERT INTO result (stage_id, job_id, attempt, metrics, seconds, completed_at, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      .integer(stage.id), .job(job), .attempt(attempt), .text(metrics), .real(result.seconds),
      .real(time), .integer(Checksum.result(of: result.stage, metrics: metrics)))
    for artifact in result.artifacts { try insert(artifact, stage: stage.id) }
    try run("UPDATE stage SET state = 1 WHERE id = ?", .integer(stage.id))
    let isComplete = stage.missing == 1
    switch (isComplete, stage.jobState) {
    case (false, _):
      try run("UPDATE job SET missing = missing - 1 WHERE id = ?", .job(stage.job))
    case (true, .failed):
      try run(
        """
        UPDATE job SET missing = 0, state = 1, failure = NULL, cluster = NULL, failed_at = NULL
        WHERE id = ?
        """, .job(stage.job))
    case (true, _):
      try run("UPDATE job SET missing = 0, state = 1 WHERE id = ?", .job(stage.job))
    }
    var grids = [stage.grid].compactMap { $0 }
    if stage.hasFurtherGrids {
      grids += try all(
        "SELECT grid_id FROM further_job WHERE job_id = ?", .job(stage.job),
        value: { $0.integer(0) })
    }
    for grid in grids {
      completions.add(
        stage.kind, from: stage.state, grid: grid, seconds: result.seconds, at: time,
        completing: isComplete ? stage.jobState : nil)
    }
    return isComplete ? .completedJob(stage.job) : .applied
  }

  private func malformation(of result: StageResult, at time: Double) -> Refusal? {
    // Seconds beyond this are no time; a damaged table may have them.
    guard time.magnitude < 0x1p53 else { return .nonFinite(result.stage, metric: "completed_at") }
    let bad = result.metrics.filter { !$0.value.isFinite }.keys.min()
    if let bad { return .nonFinite(result.stage, metric: bad) }
    guard result.seconds.isFinite, result.seconds >= 0 else {
      return .nonFinite(result.stage, metric: "seconds")
    }
    var kinds: Set<String> = []
    for artifact in result.artifacts {
      guard artifact.stage == result.stage, Digest(hex: artifact.sha256) != nil,
        artifact.bytes >= 0, !artifact.kind.isEmpty, kinds.insert(artifact.kind).inserted
      else { return .malformedArtifact(result.stage, kind: artifact.kind) }
    }
    return nil
  }

  private func insert(_ artifact: ArtifactReference, stage: Int64) throws {
    try run(
      "INSERT INTO artifact (stage_id, kind, sha256, bytes) VALUES (?, ?, ?, ?)", .integer(stage),
      .text(artifact.kind), .bytes(Digest(hex: artifact.sha256)?.bytes ?? []),
      .integer(artifact.bytes))
  }

  /// A second result of a stage: the same, or a contradiction. It may bring artifacts that the first
  /// one did not keep.
  private func compare(
    _ result: StageResult, withResultOf stage: Int64
  ) throws -> ChangeOutcome {
    let recorded = try db.result(of: stage, key: result.stage)
    if let contradiction = result.contradiction(to: recorded) {
      return .refused(.contradiction(result.stage, contradiction))
    }
    let kept = Set(recorded.artifacts.map(\.kind))
    for artifact in result.artifacts where !kept.contains(artifact.kind) {
      try insert(artifact, stage: stage)
    }
    return .repeated
  }

  // MARK: - Jobs

  private func failJob(
    _ job: JobID, _ failure: Failure, at time: Double
  ) throws -> ChangeOutcome {
    switch try db.jobState(job) {
    case nil: return .refused(.unknownJob(job))
    case .done: return .refused(.jobIsDone(job))
    case .failed: return .repeated
    case .open: break
    }
    try run(
      "UPDATE job SET state = 2, failure = ?, cluster = ?, failed_at = ? WHERE id = ?",
      .text(try Coding.text(of: failure)), .text(failure.cluster), .real(time), .job(job))
    try run("UPDATE stage SET state = 2 WHERE job_id = ? AND state = 0", .job(job))
    return .applied
  }

  private func reopenStage(_ key: StageKey, neededBy reader: JobID?) throws -> ChangeOutcome {
    let stage = try first(
      """
      SELECT id, job_id, state FROM stage
      WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)
      """,
      .key(key),
      value: { (id: $0.integer(0), job: $0.job(1), state: try $0.stageState(2)) })
    guard let stage else { return .refused(.unknownStage(key)) }
    if let reader, try db.jobState(reader) == nil { return .refused(.unknownJob(reader)) }
    if stage.state == .done {
      try run("DELETE FROM result WHERE stage_id = ?", .integer(stage.id))
      // The stages of a failed job are done or failed: this one waits for a retry with the others.
      let jobHasFailed = try db.jobState(stage.job) == .failed
      try run(
        "UPDATE stage SET state = ? WHERE id = ?", .integer(jobHasFailed ? 2 : 0),
        .integer(stage.id))
      try run("UPDATE job SET state = 0 WHERE id = ? AND state = 1", .job(stage.job))
    }
    try addDependents(of: stage.id, in: stage.job, and: reader)
    return .reopened([stage.job])
  }

  /// Makes the unfinished jobs that read the stage wait for its job, but for those that its job itself
  /// waits for; every grid that needs them then needs it too.
  private func addDependents(of stage: Int64, in job: JobID, and reader: JobID?) throws {
    try run(
      """
      WITH RECURSIVE
        needed (id) AS (
          VALUES (?1)
          UNION
          SELECT requires_id FROM job_dependency JOIN needed ON job_id = needed.id),
        reading (id) AS (
          SELECT job_id FROM stage WHERE parent_id = ?2 AND state <> 1
          UNION
          SELECT child.job_id FROM own_parent AS p JOIN stage AS child ON child.id = stage_id
          WHERE p.parent_id = ?2 AND child.state <> 1
          UNION
          SELECT child.job_id FROM trajectory_parent AS p JOIN stage AS child USING (trajectory_id)
          WHERE p.parent_id = ?2 AND child.state <> 1
          UNION
          SELECT ?3 WHERE ?3 IS NOT NULL)
      INSERT OR IGNORE INTO job_dependency (job_id, requires_id)
      SELECT reading.id, ?1 FROM reading JOIN job ON job.id = reading.id
      WHERE job.state <> 1 AND reading.id NOT IN (SELECT id FROM needed)
      """,
      .job(job), .integer(stage), reader.map { .job($0) } ?? .null)
    try run(
      """
      INSERT INTO grid_job (grid_id, job_id)
      SELECT DISTINCT grid_id, ?1
      FROM (
        SELECT j.grid_id FROM job_dependency d JOIN job j ON j.id = d.job_id
        WHERE d.requires_id = ?1 AND j.grid_id IS NOT NULL
        UNION ALL
        SELECT f.grid_id FROM job_dependency d JOIN further_job f ON f.job_id = d.job_id
        WHERE d.requires_id = ?1)
      """,
      .job(job))
  }
}
