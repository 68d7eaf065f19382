import GRDB
import GRDBSQLite
import Keys

/// One statement that is run for many rows: prepared once, its values bound without intermediate ones.
///
/// Texts and digests are copied into memory that is used again for the next row, so that a row costs no
/// allocation. So all of them must be bound anew for each row.
final class RowWriter {
  private let db: Database
  private let statement: Statement
  private let raw: SQLiteStatement
  private let memory: UnsafeMutableRawBufferPointer
  private var used = 0

  private static let size = 1 << 14

  init(_ db: Database, _ sql: String) throws {
    self.db = db
    statement = try db.makeStatement(sql: sql)
    raw = statement.sqliteStatement
    memory = .allocate(byteCount: Self.size, alignment: 8)
  }

  deinit {
    // The statement may live longer than the memory that it refers to.
    sqlite3_clear_bindings(raw)
    memory.deallocate()
  }

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(raw, index, value) }

  func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(raw, index, Int64(value)) }

  func bindNull(_ index: Int32) { sqlite3_bind_null(raw, index) }

  func bind(_ index: Int32, _ digest: Digest) {
    digest.withBytes { bytes in
      let copy = copy(bytes)
      sqlite3_bind_blob(
        raw, index, copy ?? bytes.baseAddress, Int32(bytes.count), copy == nil ? transient : nil)
      return
    }
  }

  func bind(_ index: Int32, text: String) {
    var text = text
    text.withUTF8 { bind(index, utf8: UnsafeRawBufferPointer($0)) }
  }

  func bind(_ index: Int32, text: [UInt8]) {
    text.withUnsafeBytes { bind(index, utf8: $0) }
  }

  func bind(_ index: Int32, utf8: UnsafeRawBufferPointer) {
    // An empty buffer may have no address, which SQLite would take for NULL.
    guard let start = utf8.baseAddress, !utf8.isEmpty else {
      sqlite3_bind_text(raw, index, "", 0, transient)
      return
    }
    if let copy = copy(utf8) {
      sqlite3_bind_text(
        raw, index, copy.assumingMemoryBound(to: CChar.self), Int32(utf8.count), nil)
    } else {
      sqlite3_bind_text(
        raw, index, start.assumingMemoryBound(to: CChar.self), Int32(utf8.count), transient)
    }
  }

  /// A copy that stays until the row is written; `nil` where there is no room for it.
  private func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard used + bytes.count <= Self.size, let base = memory.baseAddress else { return nil }
    let place = base + used
    if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
    used += bytes.count
    return UnsafeRawPointer(place)
  }

  /// Runs the statement with what is bound.
  func run() throws {
    let code = sqlite3_step(raw)
    used = 0
    if code != SQLITE_DONE {
      let error = DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
        message: db.lastErrorMessage, sql: statement.sql)
      sqlite3_reset(raw)
      throw error
    }
    sqlite3_reset(raw)
  }
}

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

/// Tells SQLite to copy what is bound.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
