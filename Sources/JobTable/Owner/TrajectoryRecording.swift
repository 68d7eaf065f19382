import GRDB
import Grid

/// Enters what the states of trajectories share.
struct TrajectoryRecording {
  private let stages: StageList
  private let finder: RowFinder?
  private let inserter: RowInserter
  private let parentInserter: RowInserter
  private let keyInserter: RowInserter
  /// The lineages in the order of their keys.
  private let byKey: Feed<[Int32]>
  /// The last row before this plan.
  private let last: Int64
  private var next: Int64
  /// By lineage: its row; 0 while it has none.
  private var rows: [Int64]

  /// - Parameters:
  ///   - next: the last row that there is.
  ///   - inserter: of trajectories, which their states refer to.
  ///   - stageInserter: of stages, which the parents of trajectories are.
  init(
    _ db: Database, _ stages: StageList, next: Int64, inserter: RowInserter,
    stageInserter: RowInserter
  ) throws {
    self.stages = stages
    last = next
    self.next = next
    finder =
      next == 0 ? nil : try RowFinder(db, "SELECT trajectory_id FROM trajectory_key WHERE key = ?")
    self.inserter = inserter
    parentInserter = RowInserter(
      db, into: "trajectory_parent", ["trajectory_id", "position", "parent_id"],
      after: [inserter, stageInserter])
    keyInserter = RowInserter(
      db, into: "trajectory_key", ["key", "trajectory_id"], after: [inserter])
    byKey = KeyOrder.feed(of: stages.lineageCount) {
      stages.key(ofLineage: $0).digest.prefix64
    }
    rows = Array(repeating: 0, count: stages.lineageCount)
  }

  static func inserter(_ db: Database) -> RowInserter {
    RowInserter(db, into: "trajectory", ["id", "key"])
  }

  /// Ends the work on other threads.
  func close() { byKey.close() }

  func finish() throws {
    try parentInserter.finish()
    for lineage in try byKey.next() ?? [] where rows[Int(lineage)] > last {
      keyInserter.bind(1, stages.key(ofLineage: Int(lineage)).digest)
      keyInserter.bind(2, rows[Int(lineage)])
      try keyInserter.add()
    }
    try keyInserter.finish()
  }

  /// The row of a lineage, which is made when it is first asked for.
  ///
  /// - Parameter parent: the row of a parent, told by its place.
  mutating func row(
    ofLineage lineage: Int, parent: (Int?) throws -> Int64
  ) throws -> Int64 {
    if rows[lineage] > 0 { return rows[lineage] }
    let key = stages.key(ofLineage: lineage).digest
    if let known = try finder?.row(key, { $0.integer(0) }) {
      rows[lineage] = known
      return known
    }
    next += 1
    inserter.bind(1, next)
    inserter.bind(2, key)
    try inserter.add()
    for (position, place) in stages.parents(ofLineage: lineage).enumerated() {
      parentInserter.bind(1, next)
      parentInserter.bind(2, position)
      parentInserter.bind(3, try parent(place >= 0 ? Int(place) : nil))
      try parentInserter.add()
    }
    rows[lineage] = next
    return next
  }
}
