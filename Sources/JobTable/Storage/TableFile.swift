import GRDB
import GRDBSQLite
import Glibc

/// Opens the file of a table.
enum TableFile {
  /// How long a connection waits for another one's lock, in seconds.
  private static let patience = 10.0

  // MARK: - For the owner

  /// The one writing connection, on a table of this program's version.
  static func openForOwner(_ path: String) throws -> DatabaseQueue {
    if let file = FileProbe(path) {
      // Tables come into being by a rename, so this one was truncated; SQLite would take it for new.
      guard file.size > 0 else { throw JobTableError.damaged(path: path, detail: "it is empty") }
    } else {
      try create(path)
    }
    // What a killed checkpoint has written halfway stands in the log.
    let isWhole = FileProbe(path + "-wal").map { $0.size == 0 } ?? true
    let size = isWhole ? FileProbe(path)?.size : nil
    return try JobTableError.translating(path) {
      var configuration = Configuration()
      configuration.busyMode = .timeout(patience)
      configuration.label = "job table"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { db in
        guard sqlite3_db_readonly(db.sqliteConnection, "main") == 0 else {
          throw JobTableError.readOnly(path: path)
        }
        try checkMark(db, path: path)
        if let size { try checkSize(size, db, path: path) }
        try checkPages(db, path: path)
        try setPragmas(db, path: path)
        try migrate(db, path: path)
      }
      return queue
    }
  }

  /// Makes an empty table beside its place and renames it, so that it is either whole or not there.
  private static func create(_ path: String) throws {
    let draft = path + ".new"
    for leftover in [draft, draft + "-journal", draft + "-wal", draft + "-shm"] { unlink(leftover) }
    let file = open(draft, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw error(errno, path: path) }
    defer { Glibc.close(file) }
    try JobTableError.translating(path) {
      let queue = try DatabaseQueue(path: draft)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
        try migrate(db, path: path)
        try db.execute(sql: "PRAGMA journal_mode = WAL")
      }
      try queue.close()
    }
    guard fsync(file) == 0, rename(draft, path) == 0 else { throw error(errno, path: path) }
    let folder = open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw error(errno, path: path) }
    defer { Glibc.close(folder) }
    guard fsync(folder) == 0 else { throw error(errno, path: path) }
  }

  private static func error(_ code: Int32, path: String) -> JobTableError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EACCES, EPERM, EROFS: .readOnly(path: path)
    case EIO: .deviceFailed(path: path, detail: systemMessage(code))
    default: .cannotOpen(path: path, detail: systemMessage(code))
    }
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Sets what SQLite does not keep in the file, and reads back what durability hangs on: SQLite
  /// answers a setting that it cannot follow by keeping the old one.
  private static func setPragmas(_ db: Database, path: String) throws {
    try db.execute(
      sql: """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA secure_delete = OFF;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -65536;
        PRAGMA journal_size_limit = 67108864;
        """)
    let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
    let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
    let foreignKeys = try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
    guard journal == "wal", synchronous == 2, foreignKeys == 1 else {
      throw JobTableError.failed(
        path: path, code: 0,
        detail: "SQLite keeps journal_mode \(journal ?? "unknown"), synchronous "
          + "\(synchronous.map(String.init) ?? "unknown") and foreign_keys "
          + "\(foreignKeys.map(String.init) ?? "unknown") where wal, 2 and 1 are needed")
    }
  }

  private static func migrate(_ db: Database, path: String) throws {
    var version = try schemaVersion(db)
    if version >= Schema.version { return }
    // A table that is made anew would else take the rows that refer to it with it. The setting has no
    // effect within a transaction.
    try db.execute(sql: "PRAGMA foreign_keys = OFF")
    while version < Schema.version {
      try db.inTransaction(.immediate) {
        try db.execute(sql: Schema.migrations[version])
        if let broken = try String.fetchOne(db, sql: "PRAGMA foreign_key_check") {
          throw JobTableError.damaged(
            path: path, detail: "rows of \(broken) refer to rows that are not there")
        }
        try db.execute(sql: "PRAGMA user_version = \(version + 1)")
        return .commit
      }
      version += 1
    }
    try db.execute(sql: "PRAGMA foreign_keys = ON")
  }

  // MARK: - For readers

  /// Opens the table, reads in one transaction, and closes it. No byte of it changes and no file is
  /// left behind.
  ///
  /// Without a write-ahead log there is no owner, and the file is read as it is, without locks: SQLite
  /// would otherwise make a log and its index and leave them lying. Should an owner appear meanwhile,
  /// what was read counts for nothing.
  static func read<T>(_ path: String, _ body: (Database) throws -> T) throws -> T {
    guard let before = FileProbe(path) else { throw JobTableError.missing(path: path) }
    guard before.size > 0 else { throw JobTableError.damaged(path: path, detail: "it is empty") }
    let isIdle = FileProbe(path + "-wal") == nil
    let result = Result {
      try JobTableError.translating(path) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience)
        configuration.label = "job table, reading"
        let queue = try DatabaseQueue(
          path: isIdle ? immutableURI(path) : path, configuration: configuration)
        let value = try queue.inDatabase { db in
          try db.execute(sql: "PRAGMA temp_store = MEMORY")
          try checkMark(db, path: path)
          let version = try schemaVersion(db)
          guard version == Schema.version else {
            throw JobTableError.olderVersion(path: path, version: version, known: Schema.version)
          }
          var value: T?
          try db.inTransaction(.deferred) {
            value = try body(db)
            return .commit
          }
          return value
        }
        try queue.close()
        guard let value else { throw JobTableError.changedWhileReading(path: path) }
        return value
      }
    }
    if isIdle, FileProbe(path) != before { throw JobTableError.changedWhileReading(path: path) }
    return try result.get()
  }

  /// The URI that makes SQLite read a file without locks and without a log.
  private static func immutableURI(_ path: String) -> String {
    var uri = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        uri += byte < 16 ? "%0" : "%"
        uri += String(byte, radix: 16)
      }
    }
    return uri + "?immutable=1"
  }

  // MARK: - For both

  /// Refuses files that are no job table, and tables of a newer program.
  private static func checkMark(_ db: Database, path: String) throws {
    guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID else {
      throw JobTableError.damaged(path: path, detail: "it is not a job table")
    }
    let version = try schemaVersion(db)
    guard version >= 1 else {
      throw JobTableError.damaged(path: path, detail: "it has no version")
    }
    guard version <= Schema.version else {
      throw JobTableError.newerVersion(path: path, version: version, known: Schema.version)
    }
  }

  /// Files end with a page. SQLite reads the rest of one that is cut off as zeros, and where that is a
  /// page of an index its quick check finds nothing odd.
  private static func checkSize(_ size: Int64, _ db: Database, path: String) throws {
    let page = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
    guard page > 0, size % page == 0 else {
      throw JobTableError.damaged(path: path, detail: "its last page is cut off")
    }
  }

  /// Up to this size, in bytes, a table is checked page by page before it is owned. Of a larger one
  /// every page is checked when it is read, and `verify` reads them all: a million runs would else wait
  /// seconds for a check at every start.
  private static let checkedSize: Int64 = 64 << 20

  private static func checkPages(_ db: Database, path: String) throws {
    if let file = FileProbe(path), file.size > checkedSize { return }
    try checkAllPages(db, path: path)
  }

  static func checkAllPages(_ db: Database, path: String) throws {
    let finding = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    guard finding == "ok" else {
      throw JobTableError.damaged(path: path, detail: finding ?? "the check gave no answer")
    }
  }

  private static func schemaVersion(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
  }
}
