import Foundation
import GRDB
import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// A table that version 1 wrote: a user's program with failed and orphaned runs, and two grids of the
/// built-in program that share stages. `Golden` has the file and the `runs.csv` that it exported.
@Suite struct MigrationTests {
  private let folder = TemporaryFolder()
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  private func copy() throws -> String {
    let path = folder.path + "/jobs.sqlite"
    try FileManager.default.copyItem(
      atPath: Self.golden.appending(path: "version-1.db").path(percentEncoded: false),
      toPath: path)
    return path
  }

  @Test func anOldTableIsReadByItsOwnerOnly() throws {
    let path = try copy()
    #expect(throws: JobTableError.olderVersion(path: path, version: 1, known: Schema.version)) {
      try JobTableReader(path: path)
    }
    try JobTable(path: path).close()
    #expect(try JobTableReader(path: path).grids().map(\.name) == ["inside", "outside", "wider"])
  }

  @Test(arguments: ["inside", "outside", "wider"])
  func runsStandAsTheyStood(grid: String) throws {
    let table = try JobTable(path: try copy())
    #expect(try table.reader.integrity(isOwned: false) == [])
    let text = try String(
      contentsOf: Self.golden.appending(path: "version-1-\(grid).csv"), encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let names = lines[0].map(String.init)
    let state = try #require(names.firstIndex(of: "state"))
    let runs = try table.reader.runs(in: grid)
    #expect(runs.count == lines.count - 1)
    for (run, line) in zip(runs, lines.dropFirst()) {
      #expect(run.id.text == line[0])
      #expect(run.axisValues.map(\.description) == line[1..<state].map(String.init))
      #expect(run.state.rawValue == line[state])
      for (name, field) in zip(names, line).dropFirst(state + 1) {
        #expect(run.metrics[name] == Double(field), "\(name) of \(run.id)")
      }
    }
    let counts = try table.reader.counts(for: grid)
    #expect(counts.runs.done == runs.count { $0.state == .done })
    #expect(counts.runs.failed == runs.count { $0.state == .failed })
    #expect(counts.runs.orphaned == (grid == "outside" ? 6 : 0))
    // Parameters are put together again, to the byte.
    for run in runs {
      let details = try table.reader.details(of: run.id).filter { $0.grid == grid }
      #expect(details.count == 1 && RunID(parameters: details[0].parameters) == run.id)
    }
  }

  /// Old stages keep parents and runs in tables of their own; new ones that a changed grid brings have
  /// them in their rows, and runs have some of both.
  @Test(arguments: [false, true]) func aMigratedGridIsPlannedAnew(reopening: Bool) throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    var grid = SampleGrid(name: "g", seeds: [0, 1])
    try grid.record(in: table)
    try table.completeAll(of: "g")
    try table.close()
    // As version 3 had it.
    let queue = try DatabaseQueue(path: folder.path + "/jobs.sqlite")
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          INSERT INTO own_parent SELECT id, 0, parent_id FROM stage WHERE parent_id IS NOT NULL;
          INSERT INTO stage_run SELECT id, run_id FROM stage WHERE run_id IS NOT NULL;
          UPDATE stage SET parent_id = NULL, run_id = NULL;
          """)
    }
    try queue.close()
    let again = try JobTable(path: folder.path + "/jobs.sqlite")
    #expect(try again.reader.integrity(isOwned: false) == [])
    grid.evaluationVersion = 2
    grid.seeds = [0, 1, 2]
    let record = try grid.record(in: again)
    #expect(record.newRuns == 3 && record.keptRuns == 6)
    #expect(try again.reader.integrity(isOwned: false) == [])
    if reopening {
      let stage = try #require(grid.plan.stages.first { $0.kind == "em" })
      _ = try again.apply([.stageReopened(stage.key, neededBy: nil)])
      #expect(try again.reader.integrity(isOwned: false) == [])
    }
    try again.completeAll(of: "g")
    #expect(try again.reader.counts(for: "g").runs.done == 9)
    #expect(try again.reader.integrity(isOwned: false) == [])
  }

  /// As version 4 had it: found by indexes. Stages, trajectories and runs are found afterwards.
  @Test func aTableWithoutKeysIsPlannedAnew() throws {
    let path = folder.path + "/jobs.sqlite"
    let table = try JobTable(path: path)
    var grid = SampleGrid(name: "g", seeds: [0, 1])
    try grid.record(in: table)
    try table.completeAll(of: "g")
    try table.close()
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          DROP TABLE stage_key;
          DROP TABLE trajectory_key;
          DROP TABLE run_key;
          CREATE UNIQUE INDEX stage_by_key ON stage (key);
          CREATE UNIQUE INDEX trajectory_by_key ON trajectory (key);
          CREATE UNIQUE INDEX run_by_run ON run (run, grid_id);
          PRAGMA user_version = 4;
          """)
    }
    try queue.close()
    let again = try JobTable(path: path)
    #expect(try again.reader.integrity(isOwned: false) == [])
    let same = try grid.record(in: again)
    #expect(same.newStages == 0 && same.keptRuns == 6 && same.newRuns == 0)
    grid.seeds = [0, 1, 2]
    let more = try grid.record(in: again)
    #expect(more.newRuns == 3 && more.keptRuns == 6)
    #expect(try again.reader.integrity(isOwned: false) == [])
    try again.completeAll(of: "g")
    #expect(try again.reader.counts(for: "g").runs.done == 9)
  }

  @Test func aMigratedTableGoesOn() throws {
    let table = try JobTable(path: try copy())
    #expect(try table.reader.failureClusters(in: "outside").map(\.jobs.count) == [1, 1])
    #expect(try table.reopenFailed(in: "outside").count == 2)
    #expect(try table.reader.counts(for: "outside").runs.pending == 6)
    try table.completeAll(of: "outside")
    #expect(try table.reader.counts(for: "outside").runs.done == 12)
    #expect(try table.reader.integrity(isOwned: false) == [])
  }
}

extension RunID {
  /// The id of the run with these parameters, told by their canonical JSON.
  fileprivate init(parameters text: String) {
    self.init(digest: Digest(of: text))
  }
}
