import GRDB
import Grid

extension JobTableReader {
  /// The jobs that the grid needs and that are not done, those that they require included, in
  /// ascending order.
  package func work(for grid: String) throws -> [JobWork] {
    try read { db in
      let jobs = try db.all(
        """
        SELECT j.id FROM grid_job g JOIN job j ON j.id = g.job_id
        WHERE g.grid_id = ? AND j.state <> 1 ORDER BY j.id
        """,
        .integer(try db.gridID(grid)), value: { $0.job(0) })
      return try jobs.map(db.work)
    }
  }

  /// The stages that are still to be done of the jobs that the grid needs, by job and place in it; those
  /// of jobs that have failed are not among them.
  package func openStages(in grid: String) throws -> [(job: JobID, stage: StageKey)] {
    try read { db in
      try db.all(
        """
        SELECT s.job_id, s.key FROM grid_job g JOIN stage s ON s.job_id = g.job_id
        WHERE g.grid_id = ? AND s.state = 0 ORDER BY s.job_id, s.place
        """,
        .integer(try db.gridID(grid)), value: { ($0.job(0), try $0.stageKey(1)) })
    }
  }

  /// How many unfinished jobs of the grid asked at their last attempt for another that is not counted.
  package func jobsAskingAgain(in grid: String) throws -> Int {
    try read { db in
      try db.first(
        """
        SELECT count(*) FROM grid_job g JOIN job j ON j.id = g.job_id
        WHERE g.grid_id = ? AND j.state = 0 AND (
          SELECT outcome FROM attempt WHERE job_id = j.id ORDER BY number DESC LIMIT 1) = 'again'
        """,
        .integer(try db.gridID(grid)), value: { $0.int(0) }) ?? 0
    }
  }

  /// Those of these jobs that are done, in ascending order.
  package func finished(among jobs: [JobID]) throws -> [JobID] {
    try read { db in try jobs.sorted().filter { try db.jobState($0) == .done } }
  }

  /// The work on these jobs, whatever their state.
  package func work(on jobs: [JobID]) throws -> [JobWork] {
    try read { db in try jobs.map(db.work) }
  }
}

extension Database {
  fileprivate func work(_ job: JobID) throws -> JobWork {
    let requires = try all(
      """
      SELECT r.id FROM job_dependency d JOIN job r ON r.id = d.requires_id
      WHERE d.job_id = ? AND r.state <> 1 ORDER BY r.id
      """,
      .job(job), value: { $0.job(0) })
    let work = try first(
      """
      SELECT label, state,
        (SELECT max(number) FROM attempt WHERE job_id = job.id),
        (SELECT count(*) FROM attempt
          WHERE job_id = job.id AND number > forgiven AND outcome = 'failed'),
        (SELECT count(*) FROM attempt
          WHERE job_id = job.id AND number > forgiven AND outcome = 'lost' AND number >= coalesce(
            (SELECT max(attempt) FROM result WHERE result.job_id = job.id), 0)),
        (SELECT count(*) FROM stage WHERE job_id = job.id),
        (SELECT count(*) FROM stage WHERE job_id = job.id AND state <> 1)
      FROM job WHERE id = ?
      """,
      .job(job),
      value: { row in
        JobWork(
          job: job, label: row.text(0), requires: requires,
          lastAttempt: row.optionalInt(2).map(Attempt.init), failures: row.int(3),
          losses: row.int(4), hasFailed: try row.stageState(1) == .failed, stages: row.int(5),
          missingStages: row.int(6))
      })
    guard let work else { throw JobTableError.unknownJob(job.rawValue) }
    return work
  }
}
