import GRDB
import Grid
import Keys

/// Looks at a job table and changes no byte of it; works while its owner is at work. Each method sees
/// the table as it was at one instant. A closure that is handed rows must not use the table itself.
///
/// Errors are `JobTableError`.
package struct JobTableReader: Sendable {
  let path: String
  /// The owner's connection, where the owner itself reads.
  private let queue: DatabaseQueue?
  /// Whether a process is at work on the table. Without one, an attempt whose end is not on record is
  /// what an owner left that was killed: nothing of it is running.
  let isOwned: Bool

  /// Looks at the table at `path`.
  ///
  /// - Parameter isOwned: whether its owner is alive.
  /// - Throws: `.missing` when there is none, and whatever else keeps it from being read.
  package init(path: String, isOwned: Bool = true) throws {
    self.path = path
    self.isOwned = isOwned
    queue = nil
    try read { _ in }
  }

  init(path: String, queue: DatabaseQueue) {
    self.path = path
    self.queue = queue
    isOwned = true
  }

  func read<T>(_ body: (Database) throws -> T) throws -> T {
    guard let queue else { return try TableFile.read(path, body) }
    return try JobTableError.translating(path) {
      try queue.writeWithoutTransaction { db in
        var result: Result<T, any Error>?
        try db.inTransaction(.deferred) {
          result = .success(try body(db))
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
