import Glibc
import TestSupport
import Testing

@testable import Artifacts

@Suite struct AtomicFileTests {
  private let temporary = TemporaryFolder()

  @Test func writesAndReplaces() throws {
    let path = temporary.path + "/runs.csv"
    try AtomicFile.write("run,seed\n", to: path)
    #expect(FileAccess.read(path) == Array("run,seed\n".utf8))
    try AtomicFile.write([], to: path)
    #expect(FileAccess.read(path) == [])
    let large = [UInt8](repeating: 7, count: 3_000_000)
    try AtomicFile.write(large, to: path)
    #expect(FileAccess.read(path) == large)
    #expect(try Folder.names(in: temporary.path) == ["runs.csv"])
  }

  @Test func aMissingFolderIsSaid() {
    let path = temporary.path + "/none/runs.csv"
    #expect(throws: FileError(.write, path, code: ENOENT)) { try AtomicFile.write("x", to: path) }
    #expect(
      FileError(.write, "results/runs.csv", code: ENOENT).description
        == "Cannot write results/runs.csv: No such file or directory. Check that the path is right."
    )
  }

  @Test func aFolderInTheWayIsSaidAndNothingIsLeft() throws {
    let path = temporary.path + "/runs.csv"
    try Folder.make(path)
    #expect(throws: FileError(.rename, path, code: EISDIR)) { try AtomicFile.write("x", to: path) }
    #expect(try Folder.names(in: temporary.path) == ["runs.csv"])
  }

  @Test func makesFoldersWithTheirParents() throws {
    let path = temporary.path + "/a/b/c"
    try Folder.make(path)
    try Folder.make(path)
    #expect(try Folder.names(in: temporary.path + "/a/b") == ["c"])
    try AtomicFile.write("x", to: temporary.path + "/a/file")
    #expect(throws: FileError(.makeFolder, temporary.path + "/a/file", code: ENOTDIR)) {
      try Folder.make(temporary.path + "/a/file")
    }
  }

  @Test(.enabled(if: FileAccess.canDropPrivileges)) func aFolderThatMayNotBeWrittenIsSaid() throws {
    chmod(temporary.path, 0o755)
    let path = temporary.path + "/runs.csv"
    FileAccess.withoutPrivileges {
      do throws(FileError) {
        try AtomicFile.write("x", to: path)
        Issue.record("it was written")
      } catch {
        #expect(error.isReadOnly && !error.isOutOfRoom)
        #expect(error.description.contains("--results DIR"))
      }
    }
  }

  @Test func aFullDeviceIsSaid() {
    let error = FileError(.write, "results/runs.csv", code: ENOSPC)
    #expect(error.isOutOfRoom)
    #expect(
      error.description
        == "Cannot write results/runs.csv: No space left on device. Make room and run "
        + "the same command again; nothing finished is lost.")
  }
}
