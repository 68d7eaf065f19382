import Artifacts
import CShims
import Foundation
import Glibc
import Grid
import Testing

@testable import Execution

/// Guards that cannot start, and guards that are killed.
@Suite struct ProgramGuardTests {
  let home: TemporaryFolder

  init() throws {
    home = try TemporaryFolder()
  }

  /// Why there is no guard whose journal is the first in the folder.
  func failure(registry: Int32) -> GuardFailure? {
    #expect(throws: GuardFailure.self) {
      try ProgramGuard(
        ProgramGuard.Setting(
          environment: [], directory: nil, journal: home.path + "/journal-", firstJournal: 1,
          openFiles: 0, registry: registry, registryOffsets: [64, 128])
      ) { _ in }
    }
  }

  @Test func aGuardThatCannotStartSaysWhy() throws {
    let file = open(try home.script("registry", ""), O_RDONLY)
    defer { close(file) }
    // By then the guard has arranged its descriptors.
    #expect(
      failure(registry: file)?.description
        == "the process that starts programs could not be put on record: Bad file descriptor")
    try FileManager.default.removeItem(atPath: home.path + "/journal-1")
    #expect(
      failure(registry: 1_000_000)?.description
        == "the process that starts programs could not be made: Bad file descriptor")
  }

  @Test func aJournalThatIsThereIsNotBegunAgain() throws {
    let path = try home.script("journal-1", "1 1 exited 0\n")
    #expect(
      failure(registry: 0)?.description == FileError(.open, path, code: EEXIST).description)
    #expect(home.text("journal-1") == "1 1 exited 0\n")
  }

  @Test func whatTheMachineIsShortOfIsWaitedFor() {
    func isTransient(_ code: Int32) -> Bool {
      GuardFailure(step: 1, code: code, journal: "").isTransient
    }
    #expect([EAGAIN, ENOMEM, EMFILE, ENFILE].allSatisfy(isTransient))
    #expect(![ENOSPC, EROFS, EACCES, EEXIST].contains(where: isTransient))
    // Killed before it had begun.
    #expect(
      GuardFailure(step: ESPALIER_GUARD_DIED.rawValue, code: 0, journal: "").isTransient)
  }

  /// A file that somebody is writing, or had open when he started another process, cannot be executed.
  @Test func aProgramThatIsBeingWrittenMayBeTriedAgain() {
    func isTransient(_ step: SpawnFailure.Step, _ code: Int32) -> Bool {
      SpawnFailure(step: step, path: "", code: code).isTransient
    }
    #expect(isTransient(.execute, ETXTBSY))
    #expect(![ENOENT, EACCES, ENOEXEC, EAGAIN].contains { isTransient(.execute, $0) })
    #expect(isTransient(.clone, EAGAIN) && !isTransient(.clone, ETXTBSY))
  }

  /// A guard is killed that has begun a journal and told nobody yet.
  @Test func theNextGuardLeavesTheJournalsAlone() throws {
    let grid = try TestGrid(
      shell: """
        cd $ESPALIER_CHECKPOINT_DIR/..
        if [ $ESPALIER_ATTEMPT = 1 ]; then
          echo '9 1 exited 0' > journal-2; kill -KILL $PPID; sleep 600
        fi
        ls >&2; echo '{"metrics": {"x": 1}}'
        """, slots: 1)
    try grid.add([["x": .integer(1)]])
    #expect(try grid.run().outcome == .finished)
    #expect(try grid.outcomes(0) == [.lost(signal: SIGKILL), .completed])
    let lines = try #require(try grid.log(0)).split(separator: "\n")
    // The one that was begun goes when the attempts that it may tell of are recorded, no earlier.
    #expect(lines.contains("journal-3"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
  }

  /// Without its journals nobody knows how the programs of a killed guard had ended.
  @Test func journalsThatCannotBeReadEndTheSession() throws {
    let grid = try TestGrid(
      shell: "mkdir $ESPALIER_CHECKPOINT_DIR/../journal-9; kill -KILL $PPID; sleep 600", slots: 1)
    try grid.add([["x": .integer(1)]])
    let path = grid.folder.work + "/journal-9"
    #expect(
      try grid.run().outcome
        == .storeFailed("\(OwnershipError.file(FileError(.read, path, code: EISDIR)))"))
    #expect(try grid.outcomes(0) == [nil])
  }
}
