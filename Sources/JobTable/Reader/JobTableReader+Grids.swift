import GRDB
import Grid
import Keys

extension JobTableReader {
  /// All grids, by name.
  package func grids() throws -> [GridRecord] {
    try read { db in
      try db.all(
        "SELECT name, specification, hash, planned_at FROM grid ORDER BY name", value: Self.grid)
    }
  }

  package func grid(_ name: String) throws -> GridRecord? {
    try read { db in
      try db.first(
        "SELECT name, specification, hash, planned_at FROM grid WHERE name = ?", .text(name),
        value: Self.grid)
    }
  }

  /// Whether the grid is recorded with this very plan; then it need not be planned again.
  package func isPlanned(_ grid: String, hash: Digest) throws -> Bool {
    try read { db in
      try db.first(
        "SELECT 1 FROM grid WHERE name = ? AND hash = ?", .text(grid), .digest(hash),
        value: { _ in true }) ?? false
    }
  }

  private static func grid(_ row: SQLRow) throws -> GridRecord {
    guard let hash = row.digest(2) else { throw RowDamage("a grid's hash is not 32 bytes long") }
    return GridRecord(
      name: row.text(0),
      specification: try Coding.value(GridSpecification.self, from: row.text(1)), hash: hash,
      plannedAt: row.real(3))
  }
}
