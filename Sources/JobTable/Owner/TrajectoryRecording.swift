import GRDB
import Grid

/// Enters what the states of trajectories share.
struct TrajectoryRecording {
  private let stages: StageList
  private let finder: RowFinder?
  private let inserter: RowInserter
  private let parentInserter: RowInserter
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
    self.next = next
    finder = next == 0 ? nil : try RowFinder(db, "SELECT id FROM trajectory WHERE key = ?")
    self.inserter = inserter
    parentInserter = RowInserter(
      db, into: "trajectory_parent", ["trajectory_id", "position", "parent_id"],
      after: [inserter, stageInserter])
    rows = Array(repeating: 0, count: stages.lineageCount)
  }

  static func inserter(_ db: Database) -> RowInserter {
    RowInserter(db, into: "trajectory", ["id", "key"])
  }

  func finish() throws { try parentInserter.finish() }

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
