import Artifacts
import CShims
import Foundation
import Glibc

/// Which process owns a results folder; the content of its lock file.
package struct OwnerRecord: Hashable, Sendable, Codable {
  let process: ProcessIdentity
  /// The machine's name.
  package let host: String
  /// When it began, ISO 8601.
  package let since: String

  package var pid: Int32 { process.pid }

  /// The same in seconds since 1970, to the second.
  package var start: Double? {
    try? Date(since, strategy: .iso8601).timeIntervalSince1970
  }
}

/// The right to change a results folder, held by one process at a time and given back when the value
/// ends or its process does, however that ends.
package struct OwnedFolder: ~Copyable {
  package let folder: ResultsFolder
  /// Process groups of a dead owner that were ended when this one took over.
  package let endedLeftovers: Int
  private let lock: Int32

  /// Makes the folder if there is none, locks it and ends what a dead owner left behind.
  ///
  /// The lock is an `flock`, which the kernel frees with its process; the record in the file only
  /// tells people who holds it. The file stays when the lock is given back, since removing it would
  /// let two processes lock two files of one name.
  package init(_ folder: ResultsFolder) throws(OwnershipError) {
    self = try Self.take(folder)
  }

  private static func take(_ folder: ResultsFolder) throws(OwnershipError) -> OwnedFolder {
    let lock: Int32
    do {
      try SystemCall.makeFolder(folder.path)
      if let kind = try FileSystemKind.network(at: folder.path) {
        throw OwnershipError.networkFileSystem(path: folder.path, kind: kind)
      }
      lock = try SystemCall.check(.open, folder.lock) {
        open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      }
    } catch {
      throw OwnershipError(error)
    }
    do {
      guard try lockNow(lock, path: folder.lock) else {
        throw OwnershipError.owned(path: folder.path, by: owner(of: folder))
      }
      espalier_fault_pass(ESPALIER_FAULT_OWNER_START)
      let leftovers = try Leftovers.end(registry: folder.processes)
      espalier_fault_pass(ESPALIER_FAULT_OWNER_START)
      try write(record, to: lock, path: folder.lock)
      return OwnedFolder(folder: folder, endedLeftovers: leftovers, lock: lock)
    } catch {
      close(lock)
      throw OwnershipError(error)
    }
  }

  /// Whether the lock could be had. A process that an owner was just starting shares the owner's lock
  /// until it executes its file, so a lock is taken as held only after a moment.
  private static func lockNow(_ lock: Int32, path: String) throws(FileError) -> Bool {
    for _ in 0..<20 {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw FileError(.open, path, code: errno)
      }
      usleep(10_000)
    }
    return false
  }

  private init(folder: ResultsFolder, endedLeftovers: Int, lock: Int32) {
    self.folder = folder
    self.endedLeftovers = endedLeftovers
    self.lock = lock
  }

  deinit {
    // An empty file: nobody's. A record that stays behind is that of an owner that was killed.
    ftruncate(lock, 0)
    close(lock)
  }

  /// Who the lock file says owns the folder; `nil` when nobody has or it cannot be read. Whether the
  /// owner is alive is another question.
  package static func owner(of folder: ResultsFolder) -> OwnerRecord? {
    guard let bytes = SystemCall.contents(of: folder.lock) else { return nil }
    return try? JSONDecoder().decode(OwnerRecord.self, from: Data(bytes))
  }

  /// The living owner of the folder, if it has one. Changes nothing.
  package static func livingOwner(of folder: ResultsFolder) -> OwnerRecord? {
    guard let owner = owner(of: folder), owner.process.isAlive else { return nil }
    return owner
  }

  private static var record: OwnerRecord {
    OwnerRecord(
      process: .current, host: hostName,
      since: Date().formatted(.iso8601))
  }

  private static var hostName: String {
    SystemCall.contents(of: "/proc/sys/kernel/hostname")
      .map { String(decoding: $0, as: UTF8.self).trimmingLineEnd } ?? "this machine"
  }

  private static func write(
    _ record: OwnerRecord, to lock: Int32, path: String
  ) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = try? encoder.encode(record) else {
      throw FileError(.write, path, code: EINVAL)
    }
    try SystemCall.check(.write, path) { ftruncate(lock, 0) }
    try SystemCall.write(Array(data) + [UInt8(ascii: "\n")], to: lock, at: 0, path: path)
  }
}
