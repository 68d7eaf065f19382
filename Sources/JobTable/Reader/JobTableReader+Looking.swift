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
            SELECT 1 FROM grid_job g WHERE g.grid_id = ? AND g.job_id = a.job_id)
          """,
        .integer(try db.gridID(grid)))
    }
  }

  /// For each of the jobs the runs that one of its stages belongs to: the first in the order of
  /// expansion, and how many there are.
  ///
  /// - Complexity: O(runs of the grids × stages a run), one pass.
  package func runs(of jobs: Set<JobID>) throws -> [JobID: (first: RunID, count: Int)] {
    try read { db in
      var found: [JobID: (first: RunID, count: Int)] = [:]
      var last: [JobID: Int64] = [:]
      try db.forEach(
        """
        SELECT s.job_id, r.id, r.run FROM run r JOIN run_stage rs ON rs.run_id = r.id
          JOIN stage s ON s.id = rs.stage_id
        WHERE r.position IS NOT NULL ORDER BY r.grid_id, r.position
        """
      ) { row in
        let job = row.job(0)
        guard jobs.contains(job), last.updateValue(row.integer(1), forKey: job) != row.integer(1)
        else { return }
        let known = found[job]
        found[job] = (try known?.first ?? row.runID(2), (known?.count ?? 0) + 1)
      }
      return found
    }
  }

  /// The failure cluster of every run of the grid that failed.
  package func clustersOfRuns(in grid: String) throws -> [RunID: String] {
    try read { db in
      var clusters: [RunID: String] = [:]
      try db.forEach(
        """
        SELECT r.run, j.cluster FROM run r JOIN run_stage rs ON rs.run_id = r.id
          JOIN stage s ON s.id = rs.stage_id JOIN job j ON j.id = s.job_id
        WHERE r.grid_id = ? AND r.position IS NOT NULL AND s.state = 2 ORDER BY r.position
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
