import Foundation
import GRDB
import TestSupport
import Testing

@testable import JobTable

/// Rules that SQLite holds.
@Suite struct RuleTests {
  private let folder = TemporaryFolder()

  /// For a list of three values or more SQLite fills a table of its own for each row that is written:
  /// with two million rows that was half the time.
  @Test(arguments: [false, true]) func noRuleHasAList(isOld: Bool) throws {
    try (isOld ? inOldTable : inNewTable) { db in
      let texts = try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table'")
      #expect(texts.count > 15)
      for text in texts {
        let lists = text.matches(of: /\bIN \(([^)]*)\)/).map(\.output.1)
        #expect(lists.allSatisfy { $0.split(separator: ",").count < 3 }, "\(text)")
      }
    }
  }

  @Test(arguments: [
    "UPDATE job SET state = 3", "UPDATE job SET state = -1", "UPDATE stage SET state = 3",
    "UPDATE stage SET parent_id = id",
    "UPDATE attempt SET outcome = 'other', ended_at = 1, detail = ''",
  ]) func aRuleRefuses(statement: String) throws {
    try inNewTable { db in
      #expect(throws: DatabaseError.self) { try db.execute(sql: statement) }
    }
  }

  @Test(arguments: ["completed", "failed", "lost", "again", "stopped", "artifactLost"])
  func everyOutcomeIsTaken(outcome: String) throws {
    try inNewTable { db in
      try db.execute(
        sql: "UPDATE attempt SET outcome = ?, ended_at = 1, detail = ''", arguments: [outcome])
      #expect(db.changesCount == 1)
    }
  }

  /// In a table that version 1 wrote.
  private func inOldTable(_ body: (Database) throws -> Void) throws {
    let path = folder.path + "/old.sqlite"
    try FileManager.default.copyItem(
      atPath: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/version-1.db").path(percentEncoded: false),
      toPath: path)
    try JobTable(path: path).close()
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction(body)
    try queue.close()
  }

  private func inNewTable(_ body: (Database) throws -> Void) throws {
    let path = folder.path + "/jobs.sqlite"
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    let work = try table.reader.work(for: "sample")
    _ = try table.begin(try #require(work.first).job)
    try table.close()
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction(body)
    try queue.close()
  }
}
