import GRDB
import Grid

/// Enters what the states of trajectories share.
struct TrajectoryRecording {
  private let stages: StageList
  private let finder: RowFinder?
  private let writer: RowWriter
  private let parentWriter: RowWriter
  private var next: Int64
  /// By lineage: its row; 0 while it has none.
  private var rows: [Int64]

  /// - Parameter next: the last row that there is.
  init(_ db: Database, _ stages: StageList, next: Int64) throws {
    self.stages = stages
    self.next = next
    finder = next == 0 ? nil : try RowFinder(db, "SELECT id FROM trajectory WHERE key = ?")
    writer = try RowWriter(db, "INSERT INTO trajectory (id, key) VALUES (?, ?)")
    parentWriter = try RowWriter(
      db,
      "INSERT INTO trajectory_parent (trajectory_id, position, parent_id) VALUES (?, ?, ?)")
    rows = Array(repeating: 0, count: stages.lineageCount)
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
    writer.bind(1, next)
    writer.bind(2, key)
    try writer.run()
    for (position, place) in stages.parents(ofLineage: lineage).enumerated() {
      parentWriter.bind(1, next)
      parentWriter.bind(2, position)
      parentWriter.bind(3, try parent(place >= 0 ? Int(place) : nil))
      try parentWriter.run()
    }
    rows[lineage] = next
    return next
  }
}
