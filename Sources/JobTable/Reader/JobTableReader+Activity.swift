import GRDB
import Grid

extension JobTableReader {
  /// What is going on in a grid's jobs, as far as the table tells.
  ///
  /// - Parameter since: an instant in seconds since 1970, from which results are counted, to ten
  ///   seconds and for an hour at most.
  /// - Complexity: O(attempts that run).
  package func activity(of grid: String, since: Double) throws -> GridActivity {
    try read { db in
      let grid = try db.gridID(grid)
      var activity = GridActivity()
      if isOwned {
        activity.runningSince =
          try db.all(
            """
            SELECT a.started_at FROM attempt a INDEXED BY attempt_running CROSS JOIN job j ON j.id = a.job_id
            WHERE a.outcome IS NULL AND a.begun = 1 AND (j.grid_id = ?1
              OR EXISTS (SELECT 1 FROM further_job WHERE grid_id = ?1 AND job_id = j.id))
            """,
            .integer(grid), value: { $0.real(0) })
      }
      try db.forEach(
        """
        SELECT coalesce(sum(results), 0), min(began) FROM pace
        WHERE grid_id = ? AND slot >= CAST(? / 10 AS INTEGER)
        """,
        .integer(grid), .real(since)
      ) { row in
        activity.completed = row.int(0)
        activity.firstBegan = row.optionalReal(1)
      }
      return activity
    }
  }
}
