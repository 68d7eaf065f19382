import GRDB
import Grid
import Keys

/// Enters the runs of a plan.
struct RunRecording {
  private struct Earlier: Sendable {
    let id: Int64
    let checksum: Int64
    let isOrphan: Bool
  }

  private let db: Database
  private let plan: Plan
  private let grid: Int64
  /// By id: the runs that the grid has or had.
  private let earlier: [String: Earlier]
  /// The last row of a run before this plan.
  private let last: Int64
  private let first: Feed<[Int64]>

  /// By run: its row.
  private var runRows: [Int64] = []
  /// By run: whether its stages are those that the table has for it.
  private var isUnchanged: [Bool] = []

  private(set) var new = 0
  private(set) var kept = 0
  private(set) var orphaned = 0
  /// Whether the grid had no run before.
  var isFirstTime: Bool { earlier.isEmpty }

  init(_ db: Database, _ plan: Plan, grid: Int64) throws {
    self.db = db
    self.plan = plan
    self.grid = grid
    earlier = try Self.earlierRuns(db, grid)
    last = try db.first("SELECT coalesce(max(id), 0) FROM run", value: { $0.integer(0) }) ?? 0
    first = Feed { [plan, earlier, last] hand in
      let runs = plan.runs
      var first = [Int64](repeating: 0, count: plan.stages.count)
      var next = last
      for index in 0..<runs.count {
        let row = Self.row(of: runs.id(at: index), earlier, &next)
        for stage in runs.stagePlaces(at: index) where stage >= 0 && first[Int(stage)] == 0 {
          first[Int(stage)] = row
        }
      }
      try hand(first)
    }
  }

  /// By stage of the plan: the row that the first run which it belongs to has or will have; 0 without
  /// one. To be asked once.
  func firstRuns() throws -> [Int64] { try first.next() ?? [] }

  /// Ends the work on other threads.
  func close() { first.close() }

  /// A known run keeps its row, a new one takes the next.
  private static func row(
    of run: RunID, _ earlier: [String: Earlier], _ next: inout Int64
  ) -> Int64 {
    if !earlier.isEmpty, let known = earlier[run.text] { return known.id }
    next += 1
    return next
  }

  /// - Parameters:
  ///   - rows: by stage of the plan: its row.
  ///   - states: its state.
  mutating func record(rows: [Int64], states: [StageState]) throws {
    let hadRuns = earlier.values.count { !$0.isOrphan }
    // Counted again at the end: until then positions and states do not fit each other.
    try db.run("DELETE FROM grid_tally WHERE grid_id = ?", .integer(grid))
    if hadRuns > 0 {
      // Positions are unique, so all are taken back before any is given out again.
      try db.run("UPDATE run SET position = NULL WHERE grid_id = ?", .integer(grid))
    }
    let frames = try plan.runs.blocks.map { try frameRow($0.frame) }
    let inserter = RowInserter(
      db, into: "run",
      [
        "id", "grid_id", "run", "frame_id", "axis_values", "own", "stages", "missing", "failed",
        "checksum", "position",
      ],
      known: earlier.isEmpty ? .failure : .update(of: "id"))
    var next = last
    runRows.reserveCapacity(plan.runs.count)
    isUnchanged.reserveCapacity(plan.runs.count)
    // Each read of these from the plan would count references to all that they are made of.
    let runs = plan.runs
    let feed = RunContents.feed(plan, rows: rows, states: states)
    defer { feed.close() }
    // The runs that are new, in the order of their ids.
    let byID = KeyOrder.feed(of: runs.count) { [earlier] index in
      let id = runs.id(at: index)
      return earlier.isEmpty || earlier[id.text] == nil ? id.bits : nil
    }
    defer { byID.close() }
    var contents = RunContents()
    for index in 0..<runs.count {
      let id = runs.id(at: index)
      if !contents.range.contains(index), let piece = try feed.next() { contents = piece }
      let content = contents.content(of: index)
      let known = earlier.isEmpty ? nil : earlier[id.text]
      if let known, known.checksum != content.checksum { try forgetStages(of: known.id) }
      let row = Self.row(of: id, earlier, &next)
      runRows.append(row)
      if let known {
        if known.isOrphan { new += 1 } else { kept += 1 }
      } else {
        new += 1
      }
      inserter.bind(1, row)
      inserter.bind(2, grid)
      inserter.bind(3, text: id.text)
      inserter.bind(4, frames[runs.place(at: index).block])
      contents.withText(.axisValues, of: index) { inserter.bind(5, utf8: $0) }
      if content.hasOwn { contents.withText(.own, of: index) { inserter.bind(6, utf8: $0) } }
      contents.withText(.stages, of: index) { inserter.bind(7, utf8: $0) }
      inserter.bind(8, Int64(content.missing))
      inserter.bind(9, Int64(content.failed))
      inserter.bind(10, content.checksum)
      inserter.bind(11, index)
      try inserter.add()
      isUnchanged.append(known?.checksum == content.checksum)
    }
    try inserter.finish()
    let keyInserter = RowInserter(db, into: "run_key", ["run", "grid_id", "run_id"])
    for index in try byID.next() ?? [] {
      keyInserter.bind(1, text: runs.id(at: Int(index)).text)
      keyInserter.bind(2, grid)
      keyInserter.bind(3, runRows[Int(index)])
      try keyInserter.add()
    }
    try keyInserter.finish()
    orphaned = hadRuns - kept
  }

  /// Enters which runs a stage belongs to. The first run of a new stage stands in the stage's row.
  ///
  /// - Parameters:
  ///   - rows: by stage of the plan: its row.
  ///   - isNew: whether it was entered with this plan.
  ///   - firstRuns: the row of the first of its runs.
  /// - Precondition: runs and stages are entered.
  func recordStages(rows: [Int64], isNew: [Bool], firstRuns: [Int64]) throws {
    let inserter = RowInserter(
      db, into: "stage_run", ["stage_id", "run_id"], known: .ignored)
    let runs = plan.runs
    for index in 0..<runs.count where !isUnchanged[index] {
      let row = runRows[index]
      for stage in runs.stagePlaces(at: index)
      where !isNew[Int(stage)] || firstRuns[Int(stage)] != row {
        inserter.bind(1, rows[Int(stage)])
        inserter.bind(2, row)
        try inserter.add()
      }
    }
    try inserter.finish()
  }

  private func forgetStages(of run: Int64) throws {
    try db.run(
      """
      UPDATE stage SET run_id = NULL
      WHERE run_id = ?1 AND id IN (SELECT stage_id FROM run_stage WHERE run_id = ?1)
      """,
      .integer(run))
    try db.run(
      """
      DELETE FROM stage_run WHERE run_id = ?1
        AND stage_id IN (SELECT stage_id FROM run_stage WHERE run_id = ?1)
      """,
      .integer(run))
  }

  private static func earlierRuns(_ db: Database, _ grid: Int64) throws -> [String: Earlier] {
    var earlier: [String: Earlier] = [:]
    if try db.first("SELECT 1 FROM run LIMIT 1", value: { _ in true }) == nil { return [:] }
    try db.forEach(
      "SELECT run, id, checksum, position IS NULL FROM run WHERE grid_id = ?", .integer(grid)
    ) { row in
      earlier[row.text(0)] = Earlier(
        id: row.integer(1), checksum: row.integer(2), isOrphan: row.int(3) == 1)
    }
    return earlier
  }

  private func frameRow(_ frame: RunBlock.Frame) throws -> Int64 {
    let columns = CanonicalJSON.array(frame.columns.map { .string($0 ?? "") }).text
    let known = try db.first(
      "SELECT id FROM run_frame WHERE parameters = ? AND columns = ?", .text(frame.parameters),
      .text(columns), value: { $0.integer(0) })
    if let known { return known }
    try db.run(
      "INSERT INTO run_frame (parameters, columns) VALUES (?, ?)", .text(frame.parameters),
      .text(columns))
    return db.lastInsertedRowID
  }
}
