import GRDB
import GRDBSQLite
import Keys

/// One statement that is asked for one row many times.
struct RowFinder {
  private let db: Database
  private let statement: Statement
  private let raw: SQLiteStatement

  init(_ db: Database, _ sql: String) throws {
    self.db = db
    statement = try db.makeStatement(sql: sql)
    raw = statement.sqliteStatement
  }

  /// The row for a digest, if there is one.
  func row<T>(_ digest: Digest, _ value: (SQLRow) throws -> T) throws -> T? {
    digest.withBytes { bytes in
      _ = sqlite3_bind_blob(raw, 1, bytes.baseAddress, Int32(bytes.count), transient)
    }
    return try step(value)
  }

  /// The row for a number, if there is one.
  func row<T>(_ number: Int64, _ value: (SQLRow) throws -> T) throws -> T? {
    sqlite3_bind_int64(raw, 1, number)
    return try step(value)
  }

  private func step<T>(_ value: (SQLRow) throws -> T) throws -> T? {
    defer { sqlite3_reset(raw) }
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return try value(SQLRow(statement: raw))
    case SQLITE_DONE: return nil
    default: throw failure
    }
  }

  /// Hands over all rows for a number.
  func forEach(_ number: Int64, _ body: (SQLRow) throws -> Void) throws {
    sqlite3_bind_int64(raw, 1, number)
    defer { sqlite3_reset(raw) }
    while true {
      switch sqlite3_step(raw) {
      case SQLITE_ROW: try body(SQLRow(statement: raw))
      case SQLITE_DONE: return
      default: throw failure
      }
    }
  }

  private var failure: DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
      message: db.lastErrorMessage, sql: statement.sql)
  }
}
