import Glibc

/// Whole files for tests, and places that refuse to be written.
package enum FileAccess {
  /// The bytes of the file; empty when there is none.
  package static func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  package static func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  /// Whether `withoutPrivileges` can do its work.
  package static var canDropPrivileges: Bool { geteuid() == 0 }

  /// Runs `body` with the file permissions of nobody. Linux keeps the identity for file access per
  /// thread, so no other test notices.
  package static func withoutPrivileges<T>(_ body: () throws -> T) rethrows -> T {
    typealias SetIdentity = @convention(c) (UInt32) -> Int32
    let symbol = dlsym(nil, "setfsuid")
    let setIdentity = unsafeBitCast(symbol, to: SetIdentity.self)
    _ = setIdentity(65534)
    defer { _ = setIdentity(0) }
    return try body()
  }

  /// Runs `body` on a fresh file system of so many bytes, mounted at `path`; `nil` when mounting is not
  /// permitted here.
  package static func withSmallDevice<T>(
    at path: String, bytes: Int, _ body: () throws -> T
  ) rethrows -> T? {
    mkdir(path, 0o755)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else { return nil }
    defer { umount2(path, Int32(MNT_DETACH)) }
    return try body()
  }
}
