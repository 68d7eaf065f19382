import GRDB
import GRDBSQLite

/// One statement that is asked for many rows, mostly in ascending order and close to each other: it goes
/// on from the row that it is at.
final class RowScan {
  private let db: Database
  private let statement: Statement
  private let raw: SQLiteStatement
  /// The number of the row that the statement stands at.
  private var current: Int64?

  /// A step costs a fraction of starting anew.
  private static let reach: Int64 = 16

  /// - Parameter sql: gives the rows from a number on in ascending order, their numbers in the first
  ///   column.
  init(_ db: Database, _ sql: String) throws {
    self.db = db
    statement = try db.makeStatement(sql: sql)
    raw = statement.sqliteStatement
  }

  /// A statement that stands at a row holds what it reads.
  deinit { sqlite3_reset(raw) }

  /// The row of a number, if there is one.
  func row<T>(_ number: Int64, _ value: (SQLRow) throws -> T) throws -> T? {
    if let current, current <= number, number - current <= Self.reach {
      while let current = self.current, current < number { try step() }
    } else {
      sqlite3_reset(raw)
      sqlite3_bind_int64(raw, 1, number)
      try step()
    }
    return current == number ? try value(SQLRow(statement: raw)) : nil
  }

  private func step() throws {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: current = sqlite3_column_int64(raw, 0)
    case SQLITE_DONE:
      current = nil
      sqlite3_reset(raw)
    default:
      current = nil
      let error = DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
        message: db.lastErrorMessage, sql: statement.sql)
      sqlite3_reset(raw)
      throw error
    }
  }
}
