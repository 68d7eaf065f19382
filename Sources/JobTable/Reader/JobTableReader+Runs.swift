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
      var current: RunInTheMaking?
      var index = 0
      func handOver(_ run: RunInTheMaking) throws {
        guard run.index == index else { throw RowDamage("run \(index) of \(name) is missing") }
        index += 1
        try body(try run.record())
      }
      try db.forEach(
        """
        SELECT r.id, r.run, r.position, r.axis_values, r.checksum, s.key, s.state, s.job_id, t.metrics,
          t.checksum
        FROM run r JOIN run_stage rs ON rs.run_id = r.id JOIN stage s ON s.id = rs.stage_id
          LEFT JOIN result t ON t.stage_id = s.id
        WHERE r.grid_id = ? AND r.position IS NOT NULL ORDER BY r.position, rs.position
        """,
        .integer(grid)
      ) { row in
        if current?.row != row.integer(0) {
          if let current { try handOver(current) }
          current = try RunInTheMaking(row)
        }
        try current?.addStage(row, running: running)
      }
      if let current { try handOver(current) }
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

  /// Every grid's run of that id.
  package func details(of run: RunID) throws -> [RunDetail] {
    try read { db in
      let rows = try db.all(
        """
        SELECT r.id, g.name, r.position, r.parameters FROM run r JOIN grid g ON g.id = r.grid_id
        WHERE r.run = ? ORDER BY g.name
        """,
        .text(run.text),
        value: { row in
          (
            id: row.integer(0), grid: row.text(1), index: row.optionalInt(2),
            parameters: row.text(3)
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
              SELECT stage_id FROM run_stage JOIN run ON run.id = run_id WHERE run.run = ?
              UNION
              SELECT parent_id FROM stage_parent JOIN needed ON stage_id = needed.id)
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

/// A run whose stages are being read.
private struct RunInTheMaking {
  let row: Int64
  let index: Int
  private let id: RunID
  private let axisText: String
  private let checksum: Int64
  private var stages: [StageKey] = []
  private var state = RunStateBuilder()
  private var metrics: [String: Double] = [:]

  init(_ row: SQLRow) throws {
    self.row = row.integer(0)
    id = try row.runID(1)
    index = row.int(2)
    axisText = row.text(3)
    checksum = row.integer(4)
  }

  mutating func addStage(_ row: SQLRow, running: Set<JobID>) throws {
    let key = try row.stageKey(5)
    let stageState = try row.stageState(6)
    stages.append(key)
    state.add(stageState, isRunning: running.contains(row.job(7)))
    guard row.isNull(8) == (stageState != .done) else {
      throw RowDamage("the stage \(key.short) is done without a result, or has one and is not")
    }
    guard stageState == .done else { return }
    let text = row.text(8)
    guard row.integer(9) == Checksum.result(of: key, metrics: text) else {
      throw RowDamage("the result of stage \(key.short) is not what was recorded")
    }
    metrics.merge(try row.metrics(8)) { $1 }
  }

  func record() throws -> RunRecord {
    guard checksum == Checksum.run(id.text, axisValues: axisText, stages: stages) else {
      throw RowDamage("run \(id) is not what was recorded")
    }
    guard let values = FlatJSON.array(axisText) else {
      throw RowDamage("the axis values of run \(id) are not a JSON array")
    }
    return RunRecord(
      id: id, index: index, axisValues: values, state: state.state, metrics: metrics)
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
