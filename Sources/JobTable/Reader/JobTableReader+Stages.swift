import GRDB
import Grid

extension JobTableReader {
  /// The states of those of `stages` that the table knows. What it knows belongs to a job.
  package func stageStates(among stages: some Sequence<StageKey>) throws -> [StageKey: StageState] {
    try read { db in
      var states: [StageKey: StageState] = [:]
      for stage in stages {
        states[stage] = try db.first(
          "SELECT state FROM stage WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)",
          .key(stage), value: { try $0.stageState(0) })
      }
      return states
    }
  }

  /// By stage of the list its state, `nil` where the table does not know it; empty where it knows none
  /// at all.
  ///
  /// - Complexity: O(n log m) for n stages in a table of m.
  package func states(of stages: StageList) throws -> [StageState?] {
    try read { db in
      guard try db.first("SELECT 1 FROM stage LIMIT 1", value: { _ in true }) != nil else {
        return []
      }
      let finder = try RowFinder(
        db, "SELECT state FROM stage WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)")
      var isKnown = false
      let states = try stages.indices.map { index in
        let state = try finder.row(stages.key(at: index).digest) { try $0.stageState(0) }
        if state != nil { isKnown = true }
        return state
      }
      return isKnown ? states : []
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
            SELECT e.value FROM grid JOIN run ON grid_id = grid.id JOIN json_each(run.stages) AS e
              WHERE grid.name = ?
            UNION
            SELECT stage.parent_id FROM needed JOIN stage ON stage.id = needed.id
            WHERE stage.parent_id IS NOT NULL
            UNION
            SELECT parent_id FROM needed JOIN own_parent ON stage_id = needed.id
            UNION
            SELECT trajectory_parent.parent_id FROM needed JOIN stage ON stage.id = needed.id
              JOIN trajectory_parent USING (trajectory_id))
          SELECT key FROM needed JOIN stage ON stage.id = needed.id
          """,
          .text(grid), value: { try $0.stageKey(0) }))
    }
  }

  /// The result of one stage, if it is done.
  package func result(of stage: StageKey) throws -> StageResult? {
    try read { db in
      let id = try db.first(
        """
        SELECT id FROM stage
        WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?) AND state = 1
        """,
        .key(stage),
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
