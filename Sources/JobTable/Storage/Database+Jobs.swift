import GRDB
import Grid

/// Queries for the jobs that a grid needs, its own and those that it shares with other grids. Their
/// parameter ?1 is the grid. Those that it shares are looked for among all jobs of a state, since that
/// is what an index tells: most are done, in a large table nearly all. A grid that shares none does not
/// look.
enum NeededJobs {
  /// `id`, `state` and `missing` of those that are not done.
  static let unfinished = """
    SELECT id, state, missing FROM job INDEXED BY job_unfinished WHERE grid_id = ?1 AND state <> 1
    UNION ALL
    SELECT j.id, j.state, j.missing FROM (SELECT 1 FROM further_job WHERE grid_id = ?1 LIMIT 1)
      CROSS JOIN job j INDEXED BY job_unfinished
      CROSS JOIN further_job f ON f.grid_id = ?1 AND f.job_id = j.id
    WHERE j.state <> 1
    """

  /// `id`, `cluster` and `failure` of those that have failed.
  static let failed = """
    SELECT id, cluster, failure FROM job INDEXED BY job_failed
    WHERE grid_id = ?1 AND cluster IS NOT NULL
    UNION ALL
    SELECT j.id, j.cluster, j.failure FROM (SELECT 1 FROM further_job WHERE grid_id = ?1 LIMIT 1)
      CROSS JOIN job j INDEXED BY job_failed
      CROSS JOIN further_job f ON f.grid_id = ?1 AND f.job_id = j.id
    WHERE j.cluster IS NOT NULL
    """
}

/// What several methods ask about jobs and attempts.
extension Database {
  /// `nil` when there is no such job. A job's states are those of a stage.
  func jobState(_ job: JobID) throws -> StageState? {
    try first("SELECT state FROM job WHERE id = ?", .job(job), value: { try $0.stageState(0) })
  }

  /// The last attempt issued, if any.
  func lastAttempt(of job: JobID) throws -> Attempt? {
    try first(
      "SELECT number FROM attempt WHERE job_id = ? ORDER BY number DESC LIMIT 1", .job(job),
      value: { $0.attempt(0) })
  }

  func missingStages(of job: JobID) throws -> Int {
    try first(
      "SELECT missing FROM job WHERE id = ?", .job(job),
      value: { $0.int(0) }) ?? 0
  }

  func gridID(_ name: String) throws -> Int64 {
    let id = try first("SELECT id FROM grid WHERE name = ?", .text(name), value: { $0.integer(0) })
    guard let id else { throw JobTableError.unknownGrid(name) }
    return id
  }

  /// The attempts for which a condition on `attempt a` and `job j` holds, by job and number.
  func attempts(
    where condition: StaticString, _ value: SQLValue? = nil
  ) throws -> [AttemptRecord] {
    let sql = """
      SELECT a.job_id, j.label, a.number, a.started_at, a.ended_at, a.detail, a.log, a.pid, e.version,
        e.cpu, e.blas, a.begun
      FROM attempt a JOIN job j ON j.id = a.job_id
        LEFT JOIN environment e ON e.id = a.environment_id
      WHERE \(condition) ORDER BY a.job_id, a.number
      """
    let record: (SQLRow) throws -> AttemptRecord = { row in
      AttemptRecord(
        job: row.job(0), label: row.text(1), attempt: row.attempt(2), startedAt: row.real(3),
        endedAt: row.optionalReal(4),
        outcome: try row.optionalText(5).map { text in
          // Nearly all are this, and decoding takes longer than the query.
          text == completedOutcome
            ? .completed : try Coding.value(AttemptOutcome.self, from: text)
        },
        worker: row.optionalInt(7).map { pid in
          WorkerEnvironment(
            pid: Int32(truncatingIfNeeded: pid), version: row.text(8), cpu: row.text(9),
            blas: row.text(10))
        },
        log: row.optionalText(6), hasBegun: row.int(11) == 1)
    }
    guard let value else { return try all(sql, value: record) }
    return try all(sql, value, value: record)
  }
}

/// As the table has it.
private let completedOutcome = try? Coding.text(of: AttemptOutcome.completed)
