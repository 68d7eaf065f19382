import GRDB
import Grid

extension JobTableReader {
  /// Every attempt that left a log, by job and number; with a grid, those at the jobs that it needs.
  ///
  /// - Complexity: O(attempts).
  package func attemptsWithLogs(in grid: String? = nil) throws -> [AttemptRecord] {
    try read { db in
      guard let grid else { return try db.attempts(where: "a.log IS NOT NULL") }
      return try db.attempts(
        where: """
          a.log IS NOT NULL AND EXISTS (
            SELECT 1 FROM job n WHERE n.id = a.job_id AND n.grid_id = ?1
            UNION ALL
            SELECT 1 FROM further_job n WHERE n.grid_id = ?1 AND n.job_id = a.job_id)
          """,
        .integer(try db.gridID(grid)))
    }
  }

  /// For each of the jobs the runs that one of its stages belongs to: the first in the order of
  /// expansion, of those that failed if any did, and how many there are.
  ///
  /// - Complexity: O(stages of the jobs and their runs).
  package func runs(of jobs: Set<JobID>) throws -> [JobID: (first: RunID, count: Int)] {
    try read { db in
      var found: [JobID: (first: RunID, count: Int)] = [:]
      for job in jobs {
        let count = try db.first(
          """
          \(Self.runsOfJob)
          SELECT count(*) FROM concerned CROSS JOIN run r ON r.id = concerned.id
          WHERE r.position IS NOT NULL
          """,
          .job(job), value: { $0.int(0) })
        let first = try db.first(
          """
          \(Self.runsOfJob)
          SELECT r.run FROM concerned CROSS JOIN run r ON r.id = concerned.id
          WHERE r.position IS NOT NULL ORDER BY r.failed = 0, r.grid_id, r.position LIMIT 1
          """,
          .job(job), value: { try $0.runID(0) })
        if let first, let count { found[job] = (first, count) }
      }
      return found
    }
  }

  /// The runs that one of the stages of job ?1 belongs to.
  private static let runsOfJob = """
    WITH concerned (id) AS (
      SELECT run_id FROM stage WHERE job_id = ?1
      UNION
      SELECT sr.run_id FROM stage s JOIN stage_run sr ON sr.stage_id = s.id WHERE s.job_id = ?1)
    """

  /// The failure cluster of every run of the grid that failed.
  package func clustersOfRuns(in grid: String) throws -> [RunID: String] {
    try read { db in
      var clusters: [RunID: String] = [:]
      try db.forEach(
        """
        SELECT r.run, j.cluster FROM run r INDEXED BY run_failed CROSS JOIN json_each(r.stages) e
          CROSS JOIN stage s ON s.id = e.value CROSS JOIN job j ON j.id = s.job_id
        WHERE r.grid_id = ? AND r.failed > 0 AND r.position IS NOT NULL AND s.state = 2
        ORDER BY r.position, e.key
        """,
        .integer(try db.gridID(grid))
      ) { row in
        let run = try row.runID(0)
        if clusters[run] == nil { clusters[run] = row.text(1) }
      }
      return clusters
    }
  }
}
