import GRDB
import GRDBSQLite

extension JobTableError {
  /// What an error of SQLite means for the table at `path`.
  init(_ error: DatabaseError, path: String) {
    let detail = error.message ?? "no further word"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, detail: detail)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_IOERR:
      self = .deviceFailed(
        path: path, detail: "\(detail), code \(error.extendedResultCode.rawValue)")
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
    case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, detail: detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    default:
      self = .failed(path: path, code: Int(error.extendedResultCode.rawValue), detail: detail)
    }
  }

  /// Runs `body` and says what SQLite's errors and damaged rows in it mean.
  static func translating<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw JobTableError(error, path: path)
    } catch let error as RowDamage {
      throw JobTableError.damaged(path: path, detail: error.detail)
    }
  }
}
