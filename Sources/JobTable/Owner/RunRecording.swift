import GRDB
import Grid
import Keys

/// Enters the runs of a plan.
struct RunRecording {
  private struct Earlier {
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
  }

  /// By stage of the plan: the row that the first run which it belongs to has or will have; 0 without one.
  func firstRuns() -> [Int64] {
    let runs = plan.runs
    var first = [Int64](repeating: 0, count: plan.stages.count)
    var next = last
    for index in 0..<runs.count {
      let row = row(of: runs.id(at: index), &next)
      for stage in runs.stagePlaces(at: index) where stage >= 0 && first[Int(stage)] == 0 {
        first[Int(stage)] = row
      }
    }
    return first
  }

  /// A known run keeps its row, a new one takes the next.
  private func row(of run: RunID, _ next: inout Int64) -> Int64 {
    if !earlier.isEmpty, let known = earlier[run.text] { return known.id }
    next += 1
    return next
  }

  /// - Parameters:
  ///   - rows: by stage of the plan: its row.
  ///   - states: its state.
  ///   - isNew: whether it was entered with this plan, and so with the first of its runs.
  mutating func record(rows: [Int64], states: [StageState], isNew: [Bool]) throws {
    let first = firstRuns()
    let hadRuns = earlier.values.count { !$0.isOrphan }
    // Counted again at the end: until then positions and states do not fit each other.
    try db.run("DELETE FROM grid_tally WHERE grid_id = ?", .integer(grid))
    if hadRuns > 0 {
      // Positions are unique, so all are taken back before any is given out again.
      try db.run("UPDATE run SET position = NULL WHERE grid_id = ?", .integer(grid))
    }
    let frames = try plan.runs.blocks.map { try frameRow($0.frame) }
    let insert = try RowWriter(
      db,
      """
      INSERT INTO run (frame_id, axis_values, own, stages, missing, failed, checksum, position, id,
        grid_id, run)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    let update = try RowWriter(
      db,
      """
      UPDATE run SET frame_id = ?, axis_values = ?, own = ?, stages = ?, missing = ?, failed = ?,
        checksum = ?, position = ? WHERE id = ?
      """)
    let stageWriter = try RowWriter(
      db, "INSERT OR IGNORE INTO stage_run (stage_id, run_id) VALUES (?, ?)")
    var next = last
    var content = Content()
    // Each read of one of these from the plan would count references to all that it is made of.
    let runs = plan.runs
    let stages = plan.stages
    for index in 0..<runs.count {
      let id = runs.id(at: index)
      try content.make(index, runs, stages, id: id, rows: rows, states: states)
      let known = earlier.isEmpty ? nil : earlier[id.text]
      if let known, known.checksum != content.checksum { try forgetStages(of: known.id) }
      let writer = known == nil ? insert : update
      let row = row(of: id, &next)
      if let known {
        if known.isOrphan { new += 1 } else { kept += 1 }
      } else {
        new += 1
        insert.bind(10, grid)
        insert.bind(11, text: id.text)
      }
      let place = runs.place(at: index)
      writer.bind(1, frames[place.block])
      writer.bind(2, text: content.axisValues)
      if let own = runs.blocks[place.block].ownParameters(of: place.run) {
        writer.bind(3, text: own)
      } else {
        writer.bindNull(3)
      }
      writer.bind(4, text: content.stages)
      writer.bind(5, content.missing)
      writer.bind(6, content.failed)
      writer.bind(7, content.checksum)
      writer.bind(8, index)
      writer.bind(9, row)
      try writer.run()
      if known?.checksum == content.checksum { continue }
      for stage in runs.stagePlaces(at: index)
      where !isNew[Int(stage)] || first[Int(stage)] != row {
        stageWriter.bind(1, rows[Int(stage)])
        stageWriter.bind(2, row)
        try stageWriter.run()
      }
    }
    orphaned = hadRuns - kept
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

  /// What the row of a run says, in buffers that are used again.
  private struct Content {
    var axisValues: [UInt8] = []
    var stages: [UInt8] = []
    var missing: Int64 = 0
    var failed: Int64 = 0
    var checksum: Int64 = 0
    private var hashed: [UInt8] = []

    mutating func make(
      _ index: Int, _ runs: RunList, _ list: StageList, id: RunID, rows: [Int64],
      states: [StageState]
    ) throws {
      let place = runs.place(at: index)
      axisValues.removeAll(keepingCapacity: true)
      runs.blocks[place.block].writeAxisValues(of: place.run, to: &axisValues)
      hashed.removeAll(keepingCapacity: true)
      hashed.append(contentsOf: id.text.utf8)
      hashed.append(contentsOf: axisValues)
      stages.removeAll(keepingCapacity: true)
      stages.append(UInt8(ascii: "["))
      missing = 0
      failed = 0
      for stage in runs.stagePlaces(at: index) {
        guard stage >= 0 else {
          throw JobTableError.brokenPlan("run \(id) needs a stage that the plan lacks")
        }
        if stages.count > 1 { stages.append(UInt8(ascii: ",")) }
        Self.write(rows[Int(stage)], to: &stages)
        list.key(at: Int(stage)).digest.withBytes { hashed.append(contentsOf: $0) }
        switch states[Int(stage)] {
        case .done: break
        case .open: missing += 1
        case .failed:
          missing += 1
          failed += 1
        }
      }
      guard stages.count > 1 else {
        throw JobTableError.brokenPlan("run \(id) has no stage")
      }
      stages.append(UInt8(ascii: "]"))
      checksum = Checksum.of(hashed)
    }

    private static func write(_ number: Int64, to text: inout [UInt8]) {
      let start = text.count
      var rest = number
      repeat {
        text.append(UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
      } while rest > 0
      text[start...].reverse()
    }
  }
}
