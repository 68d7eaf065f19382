import GRDB
import Grid

extension JobTableReader {
  /// What is going on in a grid's jobs, as far as the table tells.
  ///
  /// - Parameter since: an instant in seconds since 1970, from which results are counted, to ten
  ///   seconds and for an hour at most.
  /// - Complexity: O(attempts that run and their stages).
  package func activity(of grid: String, since: Double) throws -> GridActivity {
    try read { db in
      let grid = try db.gridID(grid)
      var activity = GridActivity()
      if isOwned {
        activity.runningSince =
          try db.all(
            """
            SELECT coalesce(
              (SELECT max(t.completed_at) FROM stage s CROSS JOIN result t ON t.stage_id = s.id
                WHERE s.job_id = a.job_id AND t.attempt = a.number),
              a.started_at)
            FROM attempt a INDEXED BY attempt_running CROSS JOIN job j ON j.id = a.job_id
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
      activity.latest =
        try db.all(
          """
          SELECT n.seconds, count(*), total(t.seconds)
          FROM (
            SELECT a.job_id, a.number, a.ended_at - a.started_at AS seconds
            FROM (
              SELECT job_id, number, started_at, ended_at, outcome FROM attempt
              ORDER BY rowid DESC LIMIT 1000) AS a
              CROSS JOIN job j ON j.id = a.job_id
            WHERE a.outcome = 'completed' AND (j.grid_id = ?1
              OR EXISTS (SELECT 1 FROM further_job WHERE grid_id = ?1 AND job_id = j.id))
            LIMIT 200) AS n
            CROSS JOIN stage s ON s.job_id = n.job_id
            CROSS JOIN result t ON t.stage_id = s.id AND t.attempt = n.number
          GROUP BY n.job_id, n.number
          """,
          .integer(grid),
          value: {
            CompletedAttempt(seconds: $0.real(0), stages: $0.int(1), stageSeconds: $0.real(2))
          })
      return activity
    }
  }
}
