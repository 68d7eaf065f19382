import GRDB
import Grid

extension JobTableReader {
  /// The states of those of `stages` that the table knows. What it knows belongs to a job.
  package func stageStates(among stages: some Sequence<StageKey>) throws -> [StageKey: StageState] {
    try read { db in
      var states: [StageKey: StageState] = [:]
      for stage in stages {
        states[stage] = try db.first(
          "SELECT state FROM stage WHERE key = ?", .key(stage), value: { try $0.stageState(0) })
      }
      return states
    }
  }

  /// The stages that the grid's runs need, those of runs that it has no more included, with everything
  /// that they are computed from. Empty for a grid that the table does not have.
  package func stages(of grid: String) throws -> Set<StageKey> {
    try read { db in
      Set(
        try db.all(
          """
          WITH RECURSIVE needed (id) AS (
            SELECT stage_id FROM run_stage JOIN run ON run.id = run_id
              JOIN grid ON grid.id = grid_id WHERE grid.name = ?
            UNION
            SELECT parent_id FROM stage_parent JOIN needed ON stage_id = needed.id)
          SELECT key FROM needed JOIN stage ON stage.id = needed.id
          """,
          .text(grid), value: { try $0.stageKey(0) }))
    }
  }

  /// The result of one stage, if it is done.
  package func result(of stage: StageKey) throws -> StageResult? {
    try read { db in
      let id = try db.first(
        "SELECT id FROM stage WHERE key = ? AND state = 1", .key(stage),
        value: { $0.integer(0) })
      return try id.map { try db.result(of: $0, key: stage) }
    }
  }

  /// The stages of a kind, with their results where they are done, of all grids, in the order in which
  /// they were planned.
  package func results(ofKind kind: String) throws -> [StageDetail] {
    try read { db in
      let ids = try db.all(
        "SELECT id FROM stage WHERE kind = ? ORDER BY id", .text(kind), value: { $0.integer(0) })
      return try db.stages(ids).map(db.detail)
    }
  }

  /// Hands over every artifact on record, by stage in the order of planning; with a grid, those of the
  /// jobs that it needs.
  package func forEachArtifact(
    in grid: String? = nil, _ body: (ArtifactReference) throws -> Void
  ) throws {
    try read { db in
      try db.forEach(
        """
        SELECT s.key, a.kind, a.sha256, a.bytes FROM artifact a JOIN stage s ON s.id = a.stage_id
        WHERE ?1 IS NULL
          OR s.job_id IN (SELECT job_id FROM grid_job WHERE grid_id = ?1)
        ORDER BY a.stage_id, a.kind
        """,
        try grid.map { .integer(try db.gridID($0)) } ?? .null
      ) { row in
        try body(
          ArtifactReference(
            stage: try row.stageKey(0), kind: row.text(1), sha256: row.digest(2)?.hex ?? "",
            bytes: row.int(3)))
      }
    }
  }
}

extension Database {
  func detail(_ row: StageRow) throws -> StageDetail {
    StageDetail(
      stage: row.stage, state: row.state, job: row.job,
      result: row.state == .done ? try result(of: row.id, key: row.stage.key) : nil)
  }
}
