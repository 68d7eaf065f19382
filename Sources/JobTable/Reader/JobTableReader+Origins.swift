import GRDB
import Grid

extension JobTableReader {
  /// The artifact of a kind that each of the grid's runs has, by its place in the order of expansion;
  /// of several the one of its last stage.
  ///
  /// - Complexity: O(runs).
  package func runArtifacts(
    ofKind kind: String, in grid: String
  ) throws -> [Int: ArtifactReference] {
    try read { db in
      var artifacts: [Int: ArtifactReference] = [:]
      try db.forEach(
        """
        SELECT r.position, s.key, a.kind, a.sha256, a.bytes
        FROM run r CROSS JOIN json_each(r.stages) e CROSS JOIN stage s ON s.id = e.value
          CROSS JOIN artifact a ON a.stage_id = s.id
        WHERE r.grid_id = ? AND r.position IS NOT NULL AND a.kind = ?
        ORDER BY r.position, e.key
        """,
        .integer(try db.gridID(grid)), .text(kind)
      ) { row in
        artifacts[row.int(0)] = ArtifactReference(
          stage: try row.stageKey(1), kind: row.text(2), sha256: row.digest(3)?.hex ?? "",
          bytes: row.int(4))
      }
      return artifacts
    }
  }

  /// For each of the grid's runs, in the order of expansion, where the results behind it come from: a
  /// bit for each combination of version, CPU and matrix products, those of all stages that it is
  /// computed from together. No bit where nothing is known, as of external programs. The 64th and all
  /// later combinations share a bit.
  ///
  /// - Complexity: O(stages + runs).
  package func origins(of grid: String) throws -> [UInt64] {
    try read { db in
      let grid = try db.gridID(grid)
      var bits: [Int64: UInt64] = [:]
      var numbers: [Int64: Int] = [:]
      try db.forEach(
        """
        SELECT s.id, a.environment_id
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
          JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
        WHERE g.grid_id = ? AND a.environment_id IS NOT NULL ORDER BY s.id
        """,
        .integer(grid)
      ) { row in
        let environment = row.integer(1)
        let number = numbers[environment] ?? numbers.count
        numbers[environment] = number
        bits[row.integer(0)] = 1 << UInt64(min(number, 63))
      }
      // Parents have smaller ids, so that theirs are complete when a child asks.
      try db.forEach(
        """
        SELECT p.stage_id, p.parent_id
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id
          JOIN (
            SELECT id AS stage_id, t.parent_id
            FROM stage JOIN trajectory_parent AS t USING (trajectory_id)
            UNION ALL SELECT id, parent_id FROM stage WHERE parent_id IS NOT NULL
            UNION ALL SELECT stage_id, parent_id FROM own_parent) p ON p.stage_id = s.id
        WHERE g.grid_id = ? ORDER BY p.stage_id
        """,
        .integer(grid)
      ) { row in
        bits[row.integer(0), default: 0] |= bits[row.integer(1)] ?? 0
      }
      var origins: [UInt64] = []
      var last: Int64?
      try db.forEach(
        """
        SELECT r.id, e.value FROM run r CROSS JOIN json_each(r.stages) e
        WHERE r.grid_id = ? AND r.position IS NOT NULL ORDER BY r.position, e.key
        """,
        .integer(grid)
      ) { row in
        if row.integer(0) != last { origins.append(0) }
        last = row.integer(0)
        origins[origins.count - 1] |= bits[row.integer(1)] ?? 0
      }
      return origins
    }
  }

  /// When the last result that the grid needs was completed, in seconds since 1970; `nil` without any.
  package func lastCompletion(in grid: String) throws -> Double? {
    try read { db in
      try db.first(
        """
        SELECT max(t.completed_at)
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
        WHERE g.grid_id = ?
        """,
        .integer(try db.gridID(grid)), value: { $0.isNull(0) ? nil : $0.real(0) }) ?? nil
    }
  }
}
