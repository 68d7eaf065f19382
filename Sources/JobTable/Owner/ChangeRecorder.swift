import GRDB
import Grid

/// Applies the changes of one transaction.
///
/// What many of them ask for again is kept for as long: the statements, which are found by where their
/// text lies and not by what it says, and the numbers of environments. What they complete is counted and
/// written at the end.
final class ChangeRecorder {
  let db: Database
  var completions = Completions()
  private var statements: [UnsafePointer<UInt8>: Statement] = [:]
  /// A handful: workers of one session are of one kind.
  private var environments: [(worker: WorkerEnvironment, id: Int)] = []

  init(_ db: Database) {
    self.db = db
  }

  /// Writes what was counted; to be called before the transaction ends.
  func finish() throws {
    try completions.record(in: db)
  }

  /// The row of the environment that a worker is in, which is made if there is none.
  func environment(_ worker: WorkerEnvironment) throws -> Int {
    let known = environments.first {
      $0.worker.version == worker.version && $0.worker.cpu == worker.cpu
        && $0.worker.blas == worker.blas
    }
    if let known { return known.id }
    let id = try recorded(worker)
    environments.append((worker, id))
    return id
  }

  private func recorded(_ worker: WorkerEnvironment) throws -> Int {
    let values = [worker.version, worker.cpu, worker.blas].map { SQLValue.text($0) }
    let id = try first(
      "SELECT id FROM environment WHERE version = ? AND cpu = ? AND blas = ?", values[0],
      values[1], values[2], value: { $0.int(0) })
    if let id { return id }
    try run(
      "INSERT INTO environment (version, cpu, blas) VALUES (?, ?, ?)", values[0], values[1],
      values[2])
    return Int(db.lastInsertedRowID)
  }

  // MARK: - Statements

  func run(_ sql: StaticString, _ values: SQLValue...) throws {
    try db.run(try statement(sql), values)
  }

  func first<T>(
    _ sql: StaticString, _ values: SQLValue..., value: (SQLRow) throws -> T
  ) throws -> T? {
    try db.first(try statement(sql), values, value: value)
  }

  func all<T>(
    _ sql: StaticString, _ values: SQLValue..., value: (SQLRow) throws -> T
  ) throws -> [T] {
    try db.all(try statement(sql), values, value: value)
  }

  private func statement(_ sql: StaticString) throws -> Statement {
    if let known = statements[sql.utf8Start] { return known }
    let new = try db.cachedStatement(sql: sql.description)
    statements[sql.utf8Start] = new
    return new
  }
}
