import GRDB
import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// What is asked again and again of a large table goes by an index, and never through all rows.
@Suite struct QueryPlanTests {
  private final class Statements {
    var texts: Set<String> = []
  }

  /// Indexes of few rows, which may be gone through whole: what is not done, failed, running.
  private static let small = [
    "attempt_running", "attempt_again", "job_failed", "job_unfinished", "run_failed",
    "run_orphaned",
  ]
  private static let large = [
    "run", "stage", "result", "attempt", "job", "artifact", "trajectory", "job_dependency",
    "further_job",
    "own_parent", "trajectory_parent", "parameter_set",
  ]

  /// The statements that are executed meanwhile.
  private func statements(of table: JobTable, _ body: () throws -> Void) throws -> Set<String> {
    let statements = Statements()
    try table.reader.read { db in
      db.trace(options: .statement) { event in
        if case .statement(let statement) = event { statements.texts.insert(statement.sql) }
      }
    }
    try body()
    try table.reader.read { $0.trace(options: []) }
    return statements.texts
  }

  /// The steps of a statement's plan that go through a large table.
  private func scans(_ sql: String, in table: JobTable) throws -> [String] {
    try table.reader.read { db in
      // What a name in a plan stands for: tables go by their aliases there, those of the statement before
      // those of the views that it looks at.
      let views = try Row.fetchAll(
        db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'view'")
      let names = views.map { $0["name"] as String }
      let texts = views.filter { sql.contains($0["name"] as String) }.map { $0["sql"] as String }
      var tables: [String: String] = [:]
      for text in texts + [sql] {
        let words = text.split { " \n\t(),".contains($0) }.map(String.init)
        for (index, word) in words.enumerated().dropFirst()
        where (Self.large + names).contains(word)
          && ["FROM", "JOIN", "UPDATE", "INTO"].contains(words[index - 1].uppercased())
        {
          let next = words.dropFirst(index + 1).first { $0.uppercased() != "AS" }
          tables[word] = word
          if let next { tables[next] = word }
        }
      }
      let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
      statement.setUncheckedArguments([])
      let plan = try Row.fetchAll(statement).map { $0["detail"] as String }
      return plan.filter { step in
        let words = step.split(separator: " ").map(String.init)
        guard words.first == "SCAN", words.count > 1, let table = tables[words[1]],
          Self.large.contains(table)
        else { return false }
        return !words.contains { Self.small.contains($0) }
      }
    }
  }

  @Test func whatIsAskedOftenScansNoLargeTable() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(seeds: Array(0..<40)).record(in: table)
    try SampleGrid(name: "other", seeds: Array(20..<60)).record(in: table)
    let reader = table.reader
    let statements = try statements(of: table) {
      // A session, job by job.
      for _ in 0..<6 {
        let work = try reader.work(for: "sample")
        guard let job = work.first(where: { $0.requires.isEmpty })?.job else { break }
        try table.complete(job)
      }
      let work = try reader.openWork(in: "sample")
      let jobs = try reader.work(for: "sample").filter { $0.requires.isEmpty }.map(\.job)
      try #require(jobs.count > 3)
      let attempt = try table.begin(jobs[0])
      let failure = Failure(reason: .error, message: "no")
      _ = try table.apply([
        .attemptEnded(jobs[0], attempt, .failed(failure), at: 5),
        .jobFailed(jobs[0], failure, at: 5),
      ])
      _ = try table.begin(jobs[1])
      _ = try reader.work(on: [jobs[2]])
      _ = try reader.finished(among: [jobs[0], jobs[2]])
      _ = work
      // What `status` asks.
      _ = try reader.grid("sample")
      _ = try reader.counts(for: "sample")
      _ = try reader.activity(of: "sample", since: 0)
      _ = try reader.failureClusters(in: "sample")
      _ = try reader.jobsAskingAgain(in: "sample")
      _ = try reader.shardCounts(in: "sample")
      _ = try reader.timedStages(on: "cpu", limit: 20)
      // One run, and failed jobs again.
      let run = try #require(try reader.runs(in: "sample").first?.id)
      _ = try reader.details(of: run)
      _ = try reader.runIDs(beginning: String(run.text.prefix(5)), limit: 5)
      _ = try reader.attempts(for: run)
      _ = try table.reopenFailed(in: "sample", cluster: failure.cluster)
    }
    let queries = statements.filter {
      let word = $0.prefix(6).uppercased()
      return ["SELECT", "UPDATE", "INSERT", "DELETE", "WITH R", "WITH\n "].contains(word)
    }
    #expect(queries.count > 30, "\(statements.count) statements were seen")
    for sql in queries {
      // All runs of a grid, in the test itself; the latest thousand attempts; whether there is any row.
      if sql.contains("ORDER BY position") || sql.contains("ORDER BY rowid DESC LIMIT 1000") {
        continue
      }
      if sql.hasPrefix("SELECT 1 FROM"), sql.hasSuffix(" LIMIT 1"), !sql.contains("WHERE") {
        continue
      }
      let scans = try scans(sql, in: table)
      #expect(scans.isEmpty, "\(sql)")
    }
  }

  @Test func aScanIsSeen() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    #expect(try !scans("SELECT count(*) FROM run r WHERE r.failed = 0", in: table).isEmpty)
    #expect(try !scans("SELECT s.id FROM stage AS s WHERE s.state = 2", in: table).isEmpty)
    #expect(try scans("SELECT 1 FROM run WHERE id = 3", in: table).isEmpty)
  }
}
