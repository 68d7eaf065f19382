import GRDB
import Grid

extension JobTableReader {
  /// Hands over the accepted results of the jobs that the grid needs, by job and place in it.
  package func forEachTiming(in grid: String, _ body: (TimingRecord) throws -> Void) throws {
    try read { db in
      try db.forEach(
        """
        SELECT s.key, s.kind, s.step, t.job_id, t.attempt, t.seconds, t.completed_at
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
        WHERE g.grid_id = ? ORDER BY g.job_id, s.place
        """,
        .integer(try db.gridID(grid))
      ) { row in
        try body(
          TimingRecord(
            stage: try row.stageKey(0), kind: row.text(1), step: row.optionalInt(2),
            job: row.job(3), attempt: row.attempt(4), seconds: row.real(5),
            completedAt: row.real(6)))
      }
    }
  }

  /// What stages of each kind and version took so far, in all grids, by kind and version.
  ///
  /// - Complexity: O(results).
  package func durations() throws -> [KindDuration] {
    try read { db in
      try db.all(
        """
        WITH known AS (
          SELECT s.kind, s.version, t.seconds FROM result t JOIN stage s ON s.id = t.stage_id),
        kinds AS (
          SELECT kind, version, count(*) AS n, avg(seconds) AS mean, min(seconds) AS low,
            max(seconds) AS high
          FROM known GROUP BY kind, version)
        SELECT kinds.kind, kinds.version, n, mean,
          (SELECT coalesce(sum((seconds - mean) * (seconds - mean)) / nullif(n - 1, 0), 0) FROM known
            WHERE known.kind = kinds.kind AND known.version = kinds.version),
          low, high
        FROM kinds ORDER BY kinds.kind, kinds.version
        """,
        value: { row in
          KindDuration(
            kind: row.text(0), version: row.int(1), count: row.int(2), mean: row.real(3),
            variance: row.real(4), minimum: row.real(5), maximum: row.real(6))
        })
    }
  }

  /// Where the results that the grid needs come from; the place with most results first. Results of
  /// external programs, of whose surroundings nothing is known, are not counted.
  package func provenance(of grid: String) throws -> [ProvenanceRecord] {
    try read { db in
      try db.all(
        """
        SELECT e.version, e.cpu, e.blas, count(*)
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
          JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
          JOIN environment e ON e.id = a.environment_id
        WHERE g.grid_id = ? GROUP BY e.id ORDER BY count(*) DESC, e.id
        """,
        .integer(try db.gridID(grid)),
        value: { row in
          ProvenanceRecord(
            version: row.text(0), cpu: row.text(1), blas: row.text(2), results: row.int(3))
        })
    }
  }
}
