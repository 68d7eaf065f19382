import GRDB
import GRDBSQLite
import Grid

/// The job table, opened for writing by the one process that owns it. Who owns it is settled before,
/// by the lock file of `Execution`; here it is taken as given.
///
/// Every method runs in one transaction on one connection, so calls from several threads line up.
/// Errors are `JobTableError`; after one, nothing of the call was applied.
package final class JobTable: Sendable {
  /// Reads through the writing connection: sees everything that was applied.
  package let reader: JobTableReader
  let path: String
  private let queue: DatabaseQueue
  private let beforeCommit: @Sendable () -> Void

  /// Opens the table at `path`, makes it if there is none, and brings an older one up to date. Its
  /// folder must exist.
  ///
  /// - Parameter beforeCommit: called in each transaction when everything but its commit is done, for
  ///   tests of what happens to one that dies there.
  package init(path: String, beforeCommit: @escaping @Sendable () -> Void = {}) throws {
    self.path = path
    self.beforeCommit = beforeCommit
    queue = try TableFile.openForOwner(path)
    reader = JobTableReader(path: path, queue: queue)
  }

  /// Moves everything from the write-ahead log into the file and closes it; no call may follow. A
  /// table that is not closed loses nothing.
  package func close() throws {
    try JobTableError.translating(path) { try queue.close() }
  }

  /// Runs `body` in one transaction that is on the disk when this returns.
  ///
  /// - Parameter checkingReferences: whether SQLite looks up every row that a new one refers to. Who
  ///   enters a million rows made their references himself, and the looking up would take half the time.
  func transaction<T>(
    checkingReferences: Bool = true, _ body: (Database) throws -> T
  ) throws -> T {
    try JobTableError.translating(path) {
      try queue.writeWithoutTransaction { db in
        if !checkingReferences {
          // This has no effect within a transaction.
          try db.execute(sql: "PRAGMA foreign_keys = OFF")
        }
        defer {
          if !checkingReferences {
            sqlite3_exec(db.sqliteConnection, "PRAGMA foreign_keys = ON", nil, nil, nil)
          }
        }
        var result: Result<T, any Error>?
        try db.inTransaction(.immediate) {
          result = .success(try body(db))
          beforeCommit()
          return .commit
        }
        guard let result else {
          throw JobTableError.failed(path: path, code: 0, detail: "a transaction did not run")
        }
        return try result.get()
      }
    }
  }
}
