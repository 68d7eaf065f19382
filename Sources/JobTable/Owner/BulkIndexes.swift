import GRDB
import Grid

/// The indexes that are taken away while many rows are entered and made again, sorted, at the end: that
/// costs a fraction of keeping them up to date row by row, where keys come in random order. All within
/// the transaction, so that no one ever sees a table without them.
struct BulkIndexes {
  private let statements: [String]

  /// Below this many new stages nothing is gained.
  static let least = 5_000
  /// Indexes that no row is in that is just entered: to keep them up to date costs less than to look
  /// through all rows for none.
  private static let empty: Set<String> = [
    "job_failed", "run_failed", "run_orphaned", "stage_done",
  ]
  /// The same where no stage is computed from another.
  private static let emptyWithoutParents: Set<String> = ["stage_by_parent", "stage_by_trajectory"]
  private static let tables = ["job", "stage", "own_parent", "trajectory_parent", "run"]

  /// - Parameter stages: what may be entered.
  static func take(from db: Database, stages list: StageList) throws -> BulkIndexes {
    let stages = list.count
    let known =
      try db.first("SELECT coalesce(max(id), 0) FROM stage", value: { $0.int(0) }) ?? 0
    // Indexes are made over all rows: in a table that has more than are coming, adding to them is less.
    guard stages >= least, stages >= known else { return BulkIndexes(statements: []) }
    // Known trajectories are looked up while others are entered.
    let tables = known == 0 ? tables + ["trajectory"] : tables
    let hasParents = list.lineageCount > 0 || (0..<stages).contains { list.parentCount(at: $0) > 0 }
    let kept = hasParents ? empty : empty.union(emptyWithoutParents)
    let indexes = try db.all(
      "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
      value: { (name: $0.text(0), sql: $0.text(1), table: $0.text(2)) }
    ).filter { tables.contains($0.table) && !kept.contains($0.name) }
    for index in indexes { try db.execute(sql: "DROP INDEX \(index.name)") }
    return BulkIndexes(statements: indexes.map(\.sql))
  }

  func restore(in db: Database) throws {
    for statement in statements { try db.execute(sql: statement) }
  }
}
