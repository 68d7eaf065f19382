import GRDB
import Grid
import Keys

extension JobTableReader {
  /// The grid's runs in the order of expansion, all of them, each held against its checksum and its
  /// results against theirs: what is damaged throws, and no wrong table is written.
  ///
  /// - Complexity: O(runs · (axes + metrics)), two to four microseconds a run.
  package func columns(of grid: String) throws -> RunColumns {
    try read { db in
      let name = grid
      let grid = try db.gridID(grid)
      let count =
        try db.first("SELECT runs FROM grid WHERE id = ?", .integer(grid), value: { $0.int(0) })
        ?? 0
      var builder = try RunColumnsBuilder(db, running: running(db), expectedCount: count)
      try db.forEach(
        """
        SELECT run, position, axis_values, stages, checksum FROM run
        WHERE grid_id = ? AND position IS NOT NULL ORDER BY position
        """,
        .integer(grid)
      ) { row in
        guard row.int(1) == builder.count else {
          throw RowDamage("run \(builder.count) of \(name) is missing")
        }
        try builder.add(row)
      }
      guard builder.count == count else {
        throw RowDamage("run \(builder.count) of \(name) is missing")
      }
      return builder.columns
    }
  }
}
