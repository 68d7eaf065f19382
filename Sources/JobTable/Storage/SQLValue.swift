import GRDB
import GRDBSQLite
import Grid
import Keys

/// A value to be bound to a statement.
enum SQLValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case bytes([UInt8])
  case digest(Digest)

  static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
  static func integer(_ value: Int?) -> SQLValue { value.map { .integer(Int64($0)) } ?? .null }
  static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  static func key(_ value: StageKey) -> SQLValue { .digest(value.digest) }
  static func job(_ value: JobID) -> SQLValue { .integer(value.rawValue) }
  static func attempt(_ value: Attempt) -> SQLValue { .integer(Int64(value.rawValue)) }
}

/// The current row of a running statement.
struct SQLRow {
  let statement: SQLiteStatement

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }

  func real(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }

  func job(_ column: Int32) -> JobID { JobID(rawValue: integer(column)) }

  func attempt(_ column: Int32) -> Attempt { Attempt(rawValue: int(column)) }

  /// - Precondition: the column is text, which STRICT tables see to.
  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// Hands over the UTF-8 of a text where it lies; a zero byte follows it.
  func withText<T>(
    _ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> T
  ) rethrows -> T {
    let start = sqlite3_column_text(statement, column)
    let count = Int(sqlite3_column_bytes(statement, column))
    return try body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }

  func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(statement, column) else { return [] }
    return Array(
      UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
  }

  /// A digest; `nil` when the column does not hold 32 bytes.
  func digest(_ column: Int32) -> Digest? {
    guard let start = sqlite3_column_blob(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return Digest(bytes: UnsafeRawBufferPointer(start: start, count: count))
  }
}

extension Database {
  /// Runs a statement that returns no rows. Statements are prepared once and kept.
  func run(_ sql: String, _ values: SQLValue...) throws {
    try run(cachedStatement(sql: sql), values)
  }

  func run(_ statement: Statement, _ values: [SQLValue]) throws {
    try bind(values, to: statement)
    while try step(statement) {}
  }

  /// The first row's value, if there is a row.
  func first<T>(
    _ sql: String, _ values: SQLValue..., value: (SQLRow) throws -> T
  ) throws -> T? {
    try first(cachedStatement(sql: sql), values, value: value)
  }

  func first<T>(
    _ statement: Statement, _ values: [SQLValue], value: (SQLRow) throws -> T
  ) throws -> T? {
    try bind(values, to: statement)
    defer { sqlite3_reset(statement.sqliteStatement) }
    guard try step(statement) else { return nil }
    return try value(SQLRow(statement: statement.sqliteStatement))
  }

  /// All rows' values.
  func all<T>(
    _ sql: String, _ values: SQLValue..., value: (SQLRow) throws -> T
  ) throws -> [T] {
    try all(cachedStatement(sql: sql), values, value: value)
  }

  func all<T>(
    _ statement: Statement, _ values: [SQLValue], value: (SQLRow) throws -> T
  ) throws -> [T] {
    var result: [T] = []
    try bind(values, to: statement)
    defer { sqlite3_reset(statement.sqliteStatement) }
    while try step(statement) {
      result.append(try value(SQLRow(statement: statement.sqliteStatement)))
    }
    return result
  }

  /// Hands over the rows one by one. `body` must not run the same statement.
  func forEach(
    _ sql: String, _ values: SQLValue..., body: (SQLRow) throws -> Void
  ) throws {
    let statement = try cachedStatement(sql: sql)
    try bind(values, to: statement)
    defer { sqlite3_reset(statement.sqliteStatement) }
    while try step(statement) {
      try body(SQLRow(statement: statement.sqliteStatement))
    }
  }

  /// How many rows the last statement inserted, changed or removed.
  var changes: Int { Int(sqlite3_changes64(sqliteConnection)) }

  private func bind(_ values: [SQLValue], to statement: Statement) throws {
    let raw = statement.sqliteStatement
    sqlite3_reset(raw)
    precondition(
      Int(sqlite3_bind_parameter_count(raw)) == values.count, "values do not fit: \(statement.sql)")
    var index: Int32 = 0
    for value in values {
      index += 1
      let code =
        switch value {
        case .null: sqlite3_bind_null(raw, index)
        case .integer(let value): sqlite3_bind_int64(raw, index, value)
        case .real(let value): sqlite3_bind_double(raw, index, value)
        case .text(var value):
          value.withUTF8 { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
              sqlite3_bind_text(raw, index, characters.baseAddress, Int32(buffer.count), transient)
            }
          }
        case .digest(let value):
          value.withBytes {
            sqlite3_bind_blob(raw, index, $0.baseAddress, Int32($0.count), transient)
          }
        case .bytes(let value):
          value.withUnsafeBytes {
            sqlite3_bind_blob(raw, index, $0.baseAddress, Int32($0.count), transient)
          }
        }
      guard code == SQLITE_OK else { throw error(code, in: statement) }
    }
  }

  private func step(_ statement: Statement) throws -> Bool {
    switch sqlite3_step(statement.sqliteStatement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(statement.sqliteStatement)
      return false
    case let code:
      let error = error(code, in: statement)
      sqlite3_reset(statement.sqliteStatement)
      throw error
    }
  }

  private func error(_ code: Int32, in statement: Statement) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)),
      message: lastErrorMessage, sql: statement.sql)
  }
}

/// Tells SQLite to copy what is bound.
let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
