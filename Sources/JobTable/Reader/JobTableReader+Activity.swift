import GRDB
import Grid

extension JobTableReader {
  /// What is going on in a grid's jobs, as far as the table tells.
  ///
  /// - Parameter since: an instant in seconds since 1970, from which results are counted.
  /// - Complexity: O(results of the grid).
  package func activity(of grid: String, since: Double) throws -> GridActivity {
    try read { db in
      let grid = try db.gridID(grid)
      var activity = GridActivity()
      if isOwned {
        activity.running =
          try db.first(
            """
            SELECT count(*) FROM grid_job g JOIN attempt a ON a.job_id = g.job_id
            WHERE g.grid_id = ? AND a.outcome IS NULL
            """,
            .integer(grid), value: { $0.int(0) }) ?? 0
      }
      try db.forEach(
        """
        SELECT count(*), min(t.completed_at - t.seconds), max(t.completed_at)
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
        WHERE g.grid_id = ? AND t.completed_at >= ?
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
