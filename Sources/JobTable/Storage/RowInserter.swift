import GRDB
import GRDBSQLite
import Keys

/// Enters many rows into one table, some with each statement: to begin and to end a statement costs about
/// as much as a row does.
///
/// A column that is not bound is NULL. Rows are written once enough have come, by `finish` at the end, and
/// before the rows of another inserter that refer to them: never between the columns of a row.
final class RowInserter {
  /// What one row has in one column.
  private enum Value {
    case null
    case integer(Int64)
    /// Bytes of `memory`.
    case text(at: Int, count: Int)
    case blob(at: Int, count: Int)
  }

  /// What becomes of a row that is there already.
  enum Known {
    case failure, ignored
    /// It gets what the new one has; `of` is the column that tells them.
    case update(of: String)
  }

  private let db: Database
  private let table: String
  private let columns: [String]
  private let known: Known
  private let before: [RowInserter]
  private var one: Statement?
  private var many: Statement?

  private let values: UnsafeMutableBufferPointer<Value>
  private var rows = 0
  /// Whether a column of the next row is bound.
  private var isBound = false
  /// Texts and digests of the rows that wait.
  private var memory: UnsafeMutableRawBufferPointer
  private var used = 0

  private static let batch = 32

  /// - Parameters:
  ///   - known: what becomes of a row that is there already.
  ///   - others: whose rows these refer to, and so are written first.
  init(
    _ db: Database, into table: String, _ columns: [String], known: Known = .failure,
    after others: [RowInserter] = []
  ) {
    self.db = db
    self.table = table
    self.columns = columns
    self.known = known
    before = others
    values = .allocate(capacity: columns.count * Self.batch)
    values.initialize(repeating: .null)
    memory = .allocate(byteCount: 1 << 12, alignment: 8)
  }

  deinit {
    // The statements may live longer than the memory that they refer to.
    for case let statement? in [one, many] { sqlite3_clear_bindings(statement.sqliteStatement) }
    values.deallocate()
    memory.deallocate()
  }

  /// Columns are counted from 1, as SQLite counts parameters.
  func bind(_ column: Int, _ value: Int64) { set(column, .integer(value)) }

  func bind(_ column: Int, _ value: Int) { set(column, .integer(Int64(value))) }

  func bind(_ column: Int, _ digest: Digest) {
    digest.withBytes { set(column, .blob(at: copy($0), count: $0.count)) }
  }

  func bind(_ column: Int, text: String) {
    var text = text
    text.withUTF8 { bind(column, utf8: UnsafeRawBufferPointer($0)) }
  }

  func bind(_ column: Int, utf8: UnsafeRawBufferPointer) {
    set(column, .text(at: copy(utf8), count: utf8.count))
  }

  private func set(_ column: Int, _ value: Value) {
    precondition(column >= 1 && column <= columns.count, "\(table) has no column \(column)")
    isBound = true
    values[rows * columns.count + column - 1] = value
  }

  /// Copies bytes and says where they stand in `memory`.
  private func copy(_ bytes: UnsafeRawBufferPointer) -> Int {
    if used + bytes.count > memory.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(2 * memory.count, used + bytes.count), alignment: 8)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<used]))
      memory.deallocate()
      memory = larger
    }
    if let start = bytes.baseAddress, let base = memory.baseAddress {
      (base + used).copyMemory(from: start, byteCount: bytes.count)
    }
    used += bytes.count
    return used - bytes.count
  }

  /// Takes the row that is bound.
  func add() throws {
    rows += 1
    isBound = false
    if rows == Self.batch { try finish() }
  }

  /// Writes what waits.
  func finish() throws {
    assert(!isBound, "a row of \(table) was not added")
    if rows == 0 { return }
    for inserter in before { try inserter.finish() }
    if rows == Self.batch {
      try write(0..<rows, with: try prepared(&many, rows: rows))
    } else {
      let one = try prepared(&one, rows: 1)
      for row in 0..<rows { try write(row..<row + 1, with: one) }
    }
    for index in 0..<rows * columns.count { values[index] = .null }
    rows = 0
    used = 0
  }

  private func prepared(_ statement: inout Statement?, rows: Int) throws -> Statement {
    if let statement { return statement }
    let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ",") + ")"
    // A failure undoes the whole transaction. To undo one statement alone, as ABORT would, SQLite keeps
    // the pages that it changes.
    let onConflict = if case .ignored = known { "IGNORE" } else { "FAIL" }
    var sql =
      "INSERT OR \(onConflict) INTO \(table) (\(columns.joined(separator: ", "))) VALUES "
      + Array(repeating: row, count: rows).joined(separator: ",")
    if case .update(let key) = known {
      let others = columns.filter { $0 != key }.map { "\($0) = excluded.\($0)" }
      sql += " ON CONFLICT (\(key)) DO UPDATE SET \(others.joined(separator: ", "))"
    }
    let made = try db.makeStatement(sql: sql)
    statement = made
    return made
  }

  private func write(_ range: Range<Int>, with statement: Statement) throws {
    let raw = statement.sqliteStatement
    let first = range.lowerBound * columns.count
    for index in first..<range.upperBound * columns.count {
      let parameter = Int32(index - first + 1)
      switch values[index] {
      case .null: sqlite3_bind_null(raw, parameter)
      case .integer(let value): sqlite3_bind_int64(raw, parameter, value)
      case .text(let place, let count):
        // The memory stays as it is until the statement has run.
        let start = memory.baseAddress.map { ($0 + place).assumingMemoryBound(to: CChar.self) }
        sqlite3_bind_text(raw, parameter, start, Int32(count), nil)
      case .blob(let place, let count):
        sqlite3_bind_blob(raw, parameter, memory.baseAddress.map { $0 + place }, Int32(count), nil)
      }
    }
    let code = sqlite3_step(raw)
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
