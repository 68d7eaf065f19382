import GRDB
import Grid
import Keys

extension JobTableReader {
  /// Hands over the grid's runs in the order of expansion, all of them, each held against its checksum
  /// and its results against theirs: what is damaged throws, and no wrong table is written.
  ///
  /// - Complexity: O(runs · stages a run), a few microseconds each; memory does not grow.
  package func forEachRun(in grid: String, _ body: (RunRecord) throws -> Void) throws {
    try read { db in
      let name = grid
      let grid = try db.gridID(grid)
      let count = try db.first(
        "SELECT runs FROM grid WHERE id = ?", .integer(grid), value: { $0.int(0) })
      let running = try running(db)
      let pieces = try RunPieces(db, running: running)
      var index = 0
      try db.forEach(
        """
        SELECT run, position, axis_values, stages, checksum FROM run
        WHERE grid_id = ? AND position IS NOT NULL ORDER BY position
        """,
        .integer(grid)
      ) { row in
        guard row.int(1) == index else { throw RowDamage("run \(index) of \(name) is missing") }
        index += 1
        try body(try pieces.record(row))
      }
      guard index == count else { throw RowDamage("run \(index) of \(name) is missing") }
    }
  }

  /// The runs that the grid has or had. Empty for a grid that the table does not have.
  package func runIDs(of grid: String) throws -> Set<RunID> {
    try read { db in
      Set(
        try db.all(
          "SELECT run FROM run JOIN grid ON grid.id = grid_id WHERE grid.name = ?", .text(grid),
          value: { try $0.runID(0) }))
    }
  }

  /// The first runs whose ids begin so, in ascending order.
  ///
  /// - Parameter beginning: lower-case hex digits.
  /// - Complexity: O(log(runs) + limit · grids).
  package func runIDs(beginning: String, limit: Int) throws -> [RunID] {
    try read { db in
      try db.all(
        "SELECT DISTINCT run FROM run_key WHERE run >= ? AND run < ? ORDER BY run LIMIT ?",
        .text(beginning), .text(beginning + "g"), .integer(Int64(limit)),
        value: { try $0.runID(0) })
    }
  }

  /// Every grid's run of that id.
  package func details(of run: RunID) throws -> [RunDetail] {
    try read { db in
      let rows = try db.all(
        """
        SELECT r.id, g.name, r.position, f.parameters, f.columns, r.axis_values, r.own
        FROM run_key k JOIN run r ON r.id = k.run_id JOIN grid g ON g.id = r.grid_id
          JOIN run_frame f ON f.id = r.frame_id
        WHERE k.run = ? ORDER BY g.name
        """,
        .text(run.text),
        value: { row in
          (
            id: row.integer(0), grid: row.text(1), index: row.optionalInt(2),
            parameters: try RunParameters.text(
              frame: row.text(3), columns: row.text(4), axisValues: row.text(5),
              own: row.optionalText(6))
          )
        })
      let running = try running(db)
      return try rows.map { row in
        let measured = try db.measuredStages(ofRun: row.id)
        let stages = try db.stages(try db.ancestors(of: measured) + measured)
        var state = RunStateBuilder()
        for stage in stages.suffix(measured.count) {
          state.add(stage.state, isRunning: running.contains(stage.job))
        }
        return RunDetail(
          grid: row.grid, id: run, index: row.index, parameters: row.parameters,
          state: state.state, stages: try stages.map(db.detail))
      }
    }
  }

  /// All attempts at the jobs that the run needs, in whatever grid, by job and number.
  package func attempts(for run: RunID) throws -> [AttemptRecord] {
    try read { db in
      try db.attempts(
        where: """
          a.job_id IN (
            WITH RECURSIVE needed (id) AS (
              SELECT e.value
              FROM run_key JOIN run ON run.id = run_id JOIN json_each(run.stages) AS e
              WHERE run_key.run = ?
              UNION
              SELECT stage.parent_id FROM needed JOIN stage ON stage.id = needed.id
              WHERE stage.parent_id IS NOT NULL
              UNION
              SELECT parent_id FROM needed JOIN own_parent ON stage_id = needed.id
              UNION
              SELECT trajectory_parent.parent_id FROM needed JOIN stage ON stage.id = needed.id
                JOIN trajectory_parent USING (trajectory_id))
            SELECT stage.job_id FROM needed JOIN stage ON stage.id = needed.id)
          """,
        .text(run.text))
    }
  }

  /// All attempts at these jobs, by job and number.
  package func attempts(at jobs: [JobID]) throws -> [AttemptRecord] {
    try read { db in
      try jobs.sorted().flatMap { try db.attempts(where: "a.job_id = ?", .job($0)) }
    }
  }
}

extension Database {
  fileprivate func measuredStages(ofRun run: Int64) throws -> [Int64] {
    try all(
      "SELECT stage_id FROM run_stage WHERE run_id = ? ORDER BY position", .integer(run),
      value: { $0.integer(0) })
  }

  /// The ancestors of these stages without themselves, parents before children.
  fileprivate func ancestors(of stages: [Int64]) throws -> [Int64] {
    var found: Set<Int64> = []
    var pending = stages
    while let stage = pending.popLast() {
      let parents = try all(
        "SELECT parent_id FROM stage_parent WHERE stage_id = ?", .integer(stage),
        value: { $0.integer(0) })
      for parent in parents where found.insert(parent).inserted { pending.append(parent) }
    }
    return found.subtracting(stages).sorted()
  }
}
