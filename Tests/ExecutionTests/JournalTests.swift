import Artifacts
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

  let key = Session.ProgramKey(job: JobID(rawValue: 7), attempt: Attempt(rawValue: 2))

  /// What the guard of an attempt has written, its lines beginning with whose they are.
  func journal(_ text: String) throws -> Journal.Record {
    let own = text.split(separator: "\n", omittingEmptySubsequences: false)
    let lines = own.enumerated().map { $0 == own.count - 1 && $1.isEmpty ? "" : "7 2 \($1)" }
    let other = "7 1 exited 0\n8 2 \(line(1))"
    try Data((other + lines.joined(separator: "\n")).utf8)
      .write(to: URL(filePath: home.path + "/journal-3"))
    let journal = try Journal(prefix: home.path + "/journal-", wanted: [key])
    // What nobody asks for is not kept.
    #expect(journal.records.keys.allSatisfy { $0 == key })
    return journal[key] ?? Journal.Record()
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
    #expect(try steps(line(1) + line(3) + "exited 0\n") == [1, 3])
    #expect(try steps(line(1) + line(2) + "{\"metrics\": 3}\n" + line(3) + "exited 0\n") == [1])
  }

  @Test func theReportFileComesAfterTheOutput() throws {
    #expect(try steps("exited 0\n", report: line(1) + line(2) + line(3)) == [1, 2, 3])
    #expect(try steps("", report: line(1) + line(2) + line(3)) == [1, 2])
    let open = String(line(3).dropLast())
    #expect(try steps("exited 0\n", report: line(1) + line(2) + open) == [1, 2, 3])
    #expect(try steps("", report: line(1) + line(2) + open) == [1])
  }

  /// A guard begins another journal when one has become long.
  @Test func journalsAreReadInTheirOrder() throws {
    for (number, text) in [(9, line(1)), (10, line(2) + "7 2 {\"torn")] {
      let lines = "7 2 " + text
      try Data(lines.utf8).write(to: URL(filePath: home.path + "/journal-\(number)"))
    }
    let prefix = home.path + "/journal-"
    let journal = try Journal(prefix: prefix, wanted: [key])
    let texts = journal[key]?.lines.map { String(decoding: $0, as: UTF8.self) + "\n" }
    #expect(texts == [line(1), line(2)])
    #expect(try Journal.numbers(prefix: prefix) == [9, 10])
    #expect(try Journal.numbers(prefix: home.path + "/none-") == [])
  }

  @Test func aJournalIsReadWhenItsGuardIsDone() throws {
    let file = open(home.path + "/journal-1", O_WRONLY | O_CREAT, 0o666)
    #expect(flock(file, LOCK_EX) == 0)
    Thread.detachNewThread {
      usleep(100_000)
      _ = "7 2 exited 0\n".withCString { write(file, $0, strlen($0)) }
      close(file)
    }
    #expect(try Journal(prefix: home.path + "/journal-", wanted: [key])[key]?.status == 0)
  }

  @Test func aJournalThatIsHeldIsNamed() throws {
    let path = home.path + "/held-1"
    let file = open(path, O_WRONLY | O_CREAT, 0o666)
    defer { close(file) }
    #expect(flock(file, LOCK_EX) == 0)
    #expect(throws: OwnershipError.journalHeld(path: path)) {
      try Journal(prefix: home.path + "/held-", wanted: [key], patience: 3)
    }
    #expect("\(OwnershipError.journalHeld(path: "j"))".contains("end it (`fuser j` tells which)"))
  }

  /// Journals that have become long go once all that they tell of is recorded, whatever else runs
  /// meanwhile: the first program has nothing to say until the last one is done.
  @Test func journalsTurn() throws {
    let padding = String(repeating: "x", count: 60_000)
    let grid = try TestGrid(
      shell: """
        if [ {x} = 1 ]; then until [ -e last ]; do sleep 0.05; done; fi
        echo '{"metrics": {}, "other": "\(padding)"}'; ls $ESPALIER_CHECKPOINT_DIR/.. >&2
        echo '{"metrics": {"x": {x}}}'
        if [ {x} = 180 ]; then touch last; fi
        """)
    try grid.add((1...180).map { ["x": .integer($0)] })
    #expect(try grid.run().jobs.done == 180)
    #expect(try grid.metrics(179) == ["x": 180])
    let seen = try (0..<180).map { try grid.log($0)?.split(separator: "\n") ?? [] }
    let journals = seen.map { Set($0.filter { $0.hasPrefix("journal-") }) }
    #expect(journals.reduce(Set()) { $0.union($1) }.count > 8)
    #expect(journals.allSatisfy { $0.count < 6 })
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
  }

  /// What a guard writes, of a real program; lines may come in pieces.
  @Test func aGuardKeepsWhatMayBeAReport() throws {
    let grid = try TestGrid(
      shell: """
        echo text; printf ' {"metr'; sleep 0.1; echo 'ics": {"a": 1}}'; echo 'x {"metrics"'
        echo '{"other": 1}'; echo '{"metrics": {"b": 2}}'; sleep 0.1; cat $ESPALIER_CHECKPOINT_DIR/../journal-1 >&2
        """)
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.metrics(0) == ["a": 1, "b": 2])
    let log = try #require(try grid.log(0))
    #expect(
      log.hasSuffix("\n1 1  {\"metrics\": {\"a\": 1}}\n1 1 {\"metrics\": {\"b\": 2}}\n"), "\(log)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
  }

  /// Half a line is not joined by the next, and nobody goes on without a journal.
  @Test func aJournalThatCannotBeWrittenEndsTheSession() throws {
    let grid = try TestGrid(
      shell: """
        echo '{"metrics": {"a": 1}}'; sleep 0.3; prlimit --pid $PPID --fsize=40:
        echo '{"metrics": {"b": 2}}'; sleep 0.3; prlimit --pid $PPID --fsize=unlimited:
        echo '{"metrics": {"c": 3}}'; sleep 600
        """, slots: 1)
    try grid.add([["x": .integer(1)]])
    let path = grid.folder.work + "/journal-1"
    #expect(
      try grid.run().outcome == .storeFailed("\(FileError(.write, path, code: EFBIG))"))
    #expect(
      try String(contentsOfFile: path, encoding: .utf8) == "1 1 {\"metrics\": {\"a\": 1}}\n")
    #expect(try grid.outcomes(0) == [nil])
  }
}
