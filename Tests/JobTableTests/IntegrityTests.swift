import GRDB
import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// Breaks a whole table in one place each and sees that it is found.
@Suite struct IntegrityTests {
  private let folder = TemporaryFolder()

  /// The findings after these statements were run, behind the owner's back, on a table with two grids,
  /// everything done but one trajectory of each, which failed or is open.
  private func findings(
    after statements: String..., isOwned: Bool = false
  ) throws -> [IntegrityFinding] {
    let path = folder.path + "/jobs.sqlite"
    let table = try JobTable(path: path)
    try SampleGrid(name: "one", seeds: [0, 1]).record(in: table)
    try SampleGrid(name: "two", seeds: [1, 2]).record(in: table)
    for _ in 0..<4 {
      let job = try table.reader.work(for: "one").first { $0.requires.isEmpty }
      try table.complete(try #require(job).job)
    }
    let last = try #require(try table.reader.work(for: "one").last)
    let attempt = try table.begin(last.job)
    let failure = Failure(reason: .error, message: "no")
    _ = try table.apply([
      .attemptEnded(last.job, attempt, .failed(failure), at: 3),
      .jobFailed(last.job, failure, at: 3),
    ])
    #expect(try table.reader.integrity(isOwned: false) == [])
    try table.close()
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      for statement in statements {
        try db.execute(sql: statement)
        #expect(db.changesCount > 0, "“\(statement)” changed nothing")
      }
    }
    try queue.close()
    return try JobTableReader(path: path).integrity(isOwned: isOwned)
  }

  /// Every finding has a sentence that ends with a remedy.
  private func expectSentences(_ findings: [IntegrityFinding]) {
    for finding in findings { #expect(finding.description.hasSuffix(".")) }
  }

  @Test func missingRows() throws {
    let found = try findings(after: "DELETE FROM environment")
    #expect(found.count == 5)
    #expect(
      found.allSatisfy {
        if case .reference("attempt", _, "environment") = $0 { true } else { false }
      })
    expectSentences(found)
  }

  @Test func aStageOfARunThatIsMissing() throws {
    let found = try findings(after: "UPDATE stage SET run_id = 1000 WHERE id = 4")
    #expect(
      found.contains {
        if case .reference("stage", 4, "run") = $0 { true } else { false }
      })
    expectSentences(found)
  }

  /// What is not found by its key, or is found by that of another.
  @Test(arguments: [
    ("DELETE FROM stage_key WHERE stage_id = 3", "stage", [3]),
    ("DELETE FROM trajectory_key WHERE trajectory_id = 1", "trajectory", [1]),
    ("DELETE FROM run_key WHERE run_id = 2", "run", [2]),
    ("UPDATE stage_key SET stage_id = 3 WHERE stage_id = 4", "stage", [3, 4]),
    ("UPDATE trajectory_key SET trajectory_id = 2 WHERE trajectory_id = 1", "trajectory", [1, 2]),
    ("UPDATE run_key SET run_id = 1 WHERE run_id = 2", "run", [1, 2]),
    ("INSERT INTO stage_key VALUES (zeroblob(32), 3)", "stage", [3]),
    ("INSERT INTO run_key VALUES ('0123456789ab', 1, 2)", "run", [2]),
  ]) func rowsThatAreNotFoundByTheirKeys(
    statement: String, table: String, rows: [Int64]
  ) throws {
    let found = try findings(after: statement)
    let lookups = found.filter { if case .lookup = $0 { true } else { false } }
    #expect(lookups == rows.map { .lookup(table: table, row: $0) })
    expectSentences(found)
  }

  /// A reference that is checked at the end of a transaction makes SQLite search for those that wait for
  /// each row that is written: entering would take the square of the stages.
  @Test func noReferenceIsCheckedLater() throws {
    let path = folder.path + "/jobs.sqlite"
    try JobTable(path: path).close()
    let queue = try DatabaseQueue(path: path)
    let texts = try queue.read { db in
      try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
    }
    #expect(texts.allSatisfy { !$0.contains("DEFERRED") })
    try queue.close()
  }

  @Test func aDoneStageWithoutResult() throws {
    let found = try findings(
      after: "DELETE FROM artifact WHERE stage_id = 1", "DELETE FROM result WHERE stage_id = 1")
    guard case .doneWithoutResult = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test func aResultOfAnUndoneStage() throws {
    let found = try findings(
      after: "UPDATE stage SET state = 0 WHERE id = 1", "UPDATE job SET state = 0 WHERE id = 1")
    guard case .resultOfUndone = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
  }

  @Test(arguments: [
    "UPDATE stage SET kind = 'other' WHERE id = 3", "UPDATE stage SET version = 2 WHERE id = 3",
    "UPDATE stage SET step = 7 WHERE step = 1 AND id = (SELECT min(id) FROM stage WHERE step = 1)",
    "UPDATE parameter_set SET text = '{\"base\":1}' WHERE id = 1",
    "UPDATE parameter_set SET text = '{\"base\":' WHERE id = 1",
    "UPDATE stage SET own = '{\"prompts\":2}' WHERE id = 2",
    "UPDATE stage SET own = '{' WHERE id = 2",
    "UPDATE stage SET parent_id = NULL WHERE id = 3",
    "DELETE FROM trajectory_parent WHERE trajectory_id = 1 AND position = 1",
  ]) func aStageThatIsNotWhatItsKeySays(statement: String) throws {
    let found = try findings(after: statement)
    #expect(found.contains { if case .stage = $0 { true } else { false } })
    // Stages of another kind are no longer those that were counted.
    #expect(
      found.allSatisfy {
        switch $0 {
        case .stage, .tally(.grid): true
        default: false
        }
      })
    expectSentences(found)
  }

  @Test func aResultThatWasChanged() throws {
    let found = try findings(
      after: """
        UPDATE result SET metrics = '{"accuracy":1}' WHERE stage_id =
          (SELECT min(stage_id) FROM result WHERE metrics <> '{}')
        """)
    guard case .result = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test(arguments: [
    "UPDATE run SET axis_values = '[0,0.5,0,9]' WHERE id = 1",
    "UPDATE run SET own = '{}' WHERE id = 1",
  ]) func aRunThatWasChanged(statement: String) throws {
    let found = try findings(after: statement)
    guard case .run(grid: "one", _, _) = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test func aRunOfOtherStages() throws {
    let found = try findings(after: "UPDATE run SET stages = '[4]' WHERE id = 1")
    guard case .run(grid: "one", let run, _) = found.first else {
      Issue.record("\(found)")
      return
    }
    #expect(found.contains(.tally(.stages(ofRun: run))))
    expectSentences(found)
  }

  @Test(arguments: [
    "UPDATE stage SET run_id = NULL WHERE id = (SELECT min(id) FROM stage WHERE run_id = 1)",
    "INSERT INTO stage_run SELECT id, run_id FROM stage WHERE run_id = 1",
    "INSERT INTO stage_run SELECT id, 1 FROM stage WHERE run_id = 2",
    "DELETE FROM stage_run WHERE stage_id = (SELECT min(stage_id) FROM stage_run)",
  ]) func aRunThatAStageForgotOrKnowsTwice(statement: String) throws {
    let found = try findings(after: statement)
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { if case .tally(.stages) = $0 { true } else { false } })
    expectSentences(found)
  }

  @Test(arguments: [
    (
      "UPDATE grid_tally SET runs_done = runs_done + 1 WHERE grid_id = 1",
      IntegrityFinding.Tally.grid("one")
    ),
    ("UPDATE stage_tally SET open = open + 1 WHERE grid_id = 1 AND kind = 'em'", .grid("one")),
    ("DELETE FROM grid_tally WHERE grid_id = 1", .grid("one")),
    ("UPDATE job SET missing = 1 WHERE id = 1", .job(JobID(rawValue: 1))),
  ]) func countsThatAreNotThoseOfTheRows(
    statement: String, tally: IntegrityFinding.Tally
  ) throws {
    let found = try findings(after: statement)
    #expect(found == [.tally(tally)])
    expectSentences(found)
  }

  @Test func aRunThatCountsWrong() throws {
    let found = try findings(after: "UPDATE run SET missing = missing + 1 WHERE id = 1")
    #expect(found.contains { if case .tally(.run) = $0 { true } else { false } })
    expectSentences(found)
  }

  @Test func runsThatAreMissing() throws {
    let expected = IntegrityFinding.positions(grid: "two", expected: 6, found: 5, last: 4)
    let found = try findings(
      after:
        "UPDATE run SET position = NULL WHERE position = 5 AND grid_id = (SELECT max(id) FROM grid)"
    )
    #expect(found == [expected, .tally(.grid("two"))])
    #expect(throws: JobTableError.self) {
      try JobTableReader(path: folder.path + "/jobs.sqlite").runs(in: "two")
    }
    expectSentences(found)
  }

  @Test func jobsThatContradictTheirStages() throws {
    let found = try findings(
      after: "UPDATE job SET state = 1, failure = NULL, cluster = NULL, failed_at = NULL "
        + "WHERE state = 2")
    guard case .job(_, state: .done, open: 0, done: 0, failed: 4) = found.first,
      found.dropFirst().allSatisfy({ if case .tally(.grid) = $0 { true } else { false } })
    else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test func attemptsWithGaps() throws {
    let found = try findings(
      after: "UPDATE attempt SET number = 3 WHERE outcome = 'failed'")
    guard case .attempts(_, count: 1, last: 3) = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test func attemptsLeftRunning() throws {
    let statement =
      "UPDATE attempt SET outcome = NULL, detail = NULL, ended_at = NULL WHERE outcome = 'failed'"
    let found = try findings(after: statement)
    guard case .abandonedAttempt(_, .first) = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    expectSentences(found)
  }

  @Test func jobsThatAGridForgot() throws {
    let found = try findings(
      after: "UPDATE job SET grid_id = NULL WHERE id = 1",
      "DELETE FROM further_job WHERE job_id = 1")
    let job = JobID(rawValue: 1)
    #expect(
      found == [
        .neededJob(grid: "one", job), .neededJob(grid: "two", job), .tally(.grid("one")),
        .tally(.grid("two")),
      ])
    expectSentences(found)
  }

  @Test func jobsThatWaitForEachOther() throws {
    let found = try findings(
      after: "INSERT INTO job_dependency (job_id, requires_id) VALUES (1, 2)")
    guard case .circle(let jobs) = found.first, found.count == 1 else {
      Issue.record("\(found)")
      return
    }
    #expect(jobs.starts(with: [JobID(rawValue: 1), JobID(rawValue: 2)]))
    expectSentences(found)
  }

  @Test func damagedPages() throws {
    let path = folder.path + "/jobs.sqlite"
    #expect(try findings(after: "UPDATE grid SET planned_at = 1") == [])
    // An index entry that the table does not have.
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA writable_schema = ON")
      try db.execute(
        sql: """
          UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name =
            'job_dependency_by_required') WHERE name = 'further_job_by_job'
          """)
    }
    try queue.close()
    let found = try JobTableReader(path: path).integrity(isOwned: false)
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { if case .pages = $0 { true } else { false } })
    expectSentences(found)
  }
}
