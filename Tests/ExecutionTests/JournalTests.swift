import Foundation
import Glibc
import Grid
import Testing

@testable import Execution

/// What is taken in of programs whose owner died.
@Suite struct JournalTests {
  let home: TemporaryFolder
  let stages = (1...3).map {
    Stage(
      kind: ExternalProgram.stageKind, version: 1, parameters: ["x": .integer(1)], parents: [],
      step: $0)
  }

  init() throws {
    home = try TemporaryFolder()
  }

  func line(_ step: Int) -> String { "{\"step\": \(step), \"metrics\": {\"value\": \(step)}}\n" }

  func journal(_ text: String) throws -> Journal {
    let path = home.path + "/journal"
    try Data(text.utf8).write(to: URL(filePath: path))
    return try #require(try Journal(path: path))
  }

  /// The steps that are taken in of a journal and a report file.
  func steps(_ text: String, report: String = "") throws -> [Int] {
    var ledger = ReportLedger(stages: stages, prefix: "step")
    return ledger.completed(in: try journal(text), report: Array(report.utf8)).map { result in
      stages.first { $0.key == result.stage }?.step ?? 0
    }
  }

  @Test func aProgramThatEndedWellIsComplete() throws {
    #expect(try steps(line(1) + line(2) + line(3) + "exited 0\n") == [1, 2, 3])
    #expect(try journal(line(1) + "exited 75\n").status == 75)
  }

  @Test func withoutAnEndTheLastResultIsOpen() throws {
    #expect(try steps(line(1) + line(2) + line(3)) == [1, 2])
    #expect(try steps(line(1) + line(2) + line(3) + "exited 1\n") == [1, 2])
    #expect(try steps(line(1) + line(2) + "{\"step\": 3, \"metr") == [1])
    #expect(try steps("") == [])
  }

  @Test func anEndDoesNotMakeUpForWhatIsMissing() throws {
    #expect(try steps(line(1) + line(3) + "exited 0\n") == [1])
    #expect(try steps(line(1) + line(2) + "{\"metrics\": 3}\n" + line(3) + "exited 0\n") == [1])
  }

  @Test func theReportFileComesAfterTheOutput() throws {
    #expect(try steps("exited 0\n", report: line(1) + line(2) + line(3)) == [1, 2, 3])
    #expect(try steps("", report: line(1) + line(2) + line(3)) == [1, 2])
    let open = String(line(3).dropLast())
    #expect(try steps("exited 0\n", report: line(1) + line(2) + open) == [1, 2, 3])
    #expect(try steps("", report: line(1) + line(2) + open) == [1])
  }

  @Test func aJournalIsReadWhenItsGuardIsDone() throws {
    let path = home.path + "/journal"
    let file = open(path, O_WRONLY | O_CREAT, 0o666)
    #expect(flock(file, LOCK_EX) == 0)
    Thread.detachNewThread {
      usleep(100_000)
      _ = "exited 0\n".withCString { write(file, $0, strlen($0)) }
      close(file)
    }
    #expect(try Journal(path: path)?.status == 0)
    #expect(try Journal(path: home.path + "/none") == nil)
  }

  @Test func aJournalThatIsHeldIsNamed() throws {
    let path = home.path + "/held"
    let file = open(path, O_WRONLY | O_CREAT, 0o666)
    defer { close(file) }
    #expect(flock(file, LOCK_EX) == 0)
    #expect(throws: OwnershipError.journalHeld(path: path)) { try Journal(path: path, patience: 3) }
    #expect("\(OwnershipError.journalHeld(path: "j"))".contains("end it (`fuser j` tells which)"))
  }

  /// What a guard writes, of a real program.
  @Test func aGuardKeepsWhatMayBeAReport() throws {
    let grid = try TestGrid(
      shell: """
        echo text; echo ' {"metrics": {"a": 1}}'; echo 'x {"metrics"'; echo '{"other": 1}'
        cat $ESPALIER_CHECKPOINT_DIR/../journal-1 >&2
        """)
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.metrics(0) == ["a": 1])
    let log = try #require(try grid.log(0))
    #expect(log.contains("\n{\"other\": 1}\n"))
    #expect(!FileManager.default.fileExists(atPath: grid.folder.work + "/1"))
  }
}
