import GRDB
import Grid

extension JobTableReader {
  /// The jobs that the grid needs and that are not done, those that they require included, in
  /// ascending order.
  ///
  /// - Parameter only: leaves out every job that is not among these; `nil` leaves out none.
  /// - Complexity: O(unfinished jobs of the grid + answer); for a grid that shares jobs with others O(unfinished jobs of all grids), well
  ///   below a microsecond for each that is not in the answer.
  package func work(for grid: String, only: Set<JobID>? = nil) throws -> [JobWork] {
    try read { db in
      let jobs = try db.all(
        NeededJobs.unfinished + " ORDER BY id", .integer(try db.gridID(grid)),
        value: { $0.job(0) })
      return try WorkFinder(db).work(on: only.map { jobs.filter($0.contains) } ?? jobs)
    }
  }

  /// How much `work(for:only:)` is, without looking at each job's attempts and requirements.
  ///
  /// - Complexity: as that of `work(for:only:)`, well below a microsecond for each unfinished job.
  package func openWork(in grid: String, only: Set<JobID>? = nil) throws -> OpenWork {
    try read { db in
      var work = OpenWork()
      try db.forEach(NeededJobs.unfinished, .integer(try db.gridID(grid))) { row in
        if let only, !only.contains(row.job(0)) { return }
        if try row.stageState(1) == .failed {
          work.failedJobs += 1
        } else {
          work.jobs += 1
          work.stages += row.int(2)
        }
      }
      return work
    }
  }

  /// The stages that are still to be done of the jobs that the grid needs, by job and place in it; those
  /// of jobs that have failed are not among them.
  ///
  /// - Complexity: as that of `work(for:)`.
  package func openStages(in grid: String) throws -> [(job: JobID, stage: StageKey)] {
    try read { db in
      try db.all(
        """
        SELECT s.job_id, s.key FROM (\(NeededJobs.unfinished)) AS n
          CROSS JOIN stage s ON s.job_id = n.id
        WHERE s.state = 0 ORDER BY s.job_id, s.place
        """,
        .integer(try db.gridID(grid)), value: { ($0.job(0), try $0.stageKey(1)) })
    }
  }

  /// How many unfinished jobs of the grid asked at their last attempt for another that is not counted.
  package func jobsAskingAgain(in grid: String) throws -> Int {
    try read { db in
      try db.first(
        """
        SELECT count(*) FROM attempt a INDEXED BY attempt_again CROSS JOIN job j ON j.id = a.job_id
        WHERE a.outcome = 'again' AND j.state = 0
          AND a.number = (SELECT max(number) FROM attempt WHERE job_id = j.id)
          AND (j.grid_id = ?1
            OR EXISTS (SELECT 1 FROM further_job WHERE grid_id = ?1 AND job_id = j.id))
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
    try read { db in try WorkFinder(db).work(on: jobs) }
  }
}

/// Looks up what the scheduler has to know of jobs.
private struct WorkFinder {
  private let jobs: RowScan
  private let stages: RowScan
  private let requirements: RowFinder
  private let attempts: RowFinder
  private let hasDependencies: Bool
  private let hasAttempts: Bool

  init(_ db: Database) throws {
    jobs = try RowScan(
      db, "SELECT id, label, state, missing FROM job WHERE id >= ? ORDER BY id")
    stages = try RowScan(
      db,
      "SELECT job_id, count(*) FROM stage WHERE job_id >= ? GROUP BY job_id ORDER BY job_id")
    requirements = try RowFinder(
      db,
      """
      SELECT r.id FROM job_dependency d JOIN job r ON r.id = d.requires_id
      WHERE d.job_id = ? AND r.state <> 1 ORDER BY r.id
      """)
    attempts = try RowFinder(
      db,
      """
      SELECT
        (SELECT max(number) FROM attempt WHERE job_id = job.id),
        (SELECT count(*) FROM attempt
          WHERE job_id = job.id AND number > forgiven AND outcome = 'failed'),
        (SELECT count(*) FROM attempt
          WHERE job_id = job.id AND number > forgiven AND outcome = 'lost' AND number >= coalesce(
            (SELECT max(t.attempt) FROM stage s CROSS JOIN result t ON t.stage_id = s.id
              WHERE s.job_id = job.id AND t.job_id = job.id), 0))
      FROM job WHERE id = ?
      """)
    // In a table that was just made there is nothing to look for.
    hasDependencies =
      try db.first("SELECT 1 FROM job_dependency LIMIT 1", value: { _ in true }) ?? false
    hasAttempts = try db.first("SELECT 1 FROM attempt LIMIT 1", value: { _ in true }) ?? false
  }

  func work(on jobs: [JobID]) throws -> [JobWork] { try jobs.map(work) }

  private func work(on job: JobID) throws -> JobWork {
    var requires: [JobID] = []
    if hasDependencies {
      try requirements.forEach(job.rawValue) { requires.append($0.job(0)) }
    }
    var tries: (last: Attempt?, failures: Int, losses: Int) = (nil, 0, 0)
    if hasAttempts {
      try attempts.forEach(job.rawValue) { row in
        tries = (row.optionalInt(0).map(Attempt.init), row.int(1), row.int(2))
      }
    }
    let stages = try stages.row(job.rawValue) { $0.int(1) } ?? 0
    let work = try self.jobs.row(job.rawValue) { row in
      JobWork(
        job: job, label: row.text(1), requires: requires, lastAttempt: tries.last,
        failures: tries.failures, losses: tries.losses,
        hasFailed: try row.stageState(2) == .failed, stages: stages,
        missingStages: row.int(3))
    }
    guard let work else { throw JobTableError.unknownJob(job.rawValue) }
    return work
  }
}
