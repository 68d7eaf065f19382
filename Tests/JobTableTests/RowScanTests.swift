import GRDB
import Grid
import TestSupport
import Testing

@testable import JobTable

@Suite struct RowScanTests {
  /// Rows are found one after the other, far ahead, behind, again, where none is and after the last.
  @Test func rowsAreFoundInAnyOrder() throws {
    try DatabaseQueue().write { db in
      try db.execute(sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, twice INTEGER)")
      let known = [1, 2, 3, 7, 20, 40, 41, 1_000]
      for id in known {
        try db.execute(sql: "INSERT INTO t VALUES (?, ?)", arguments: [id, 2 * id])
      }
      let scan = try RowScan(db, "SELECT id, twice FROM t WHERE id >= ? ORDER BY id")
      var asked = [1, 2, 2, 4, 7, 8, 20, 21, 41, 40, 39, 1_000, 1_001, 2_000, 3, 5, 1_000, 0, 1]
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<200 { asked.append(Int.random(in: 0..<60, using: &generator)) }
      for id in asked {
        let found = try scan.row(Int64(id)) { $0.int(1) }
        #expect(found == (known.contains(id) ? 2 * id : nil), "\(id)")
      }
    }
  }

  /// Of a grid with most jobs of the table and of one with few.
  @Test func timingsAreThoseOfTheGridsJobs() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(name: "large", seeds: Array(0..<8)).record(in: table)
    try SampleGrid(name: "small", seeds: [9]).record(in: table)
    for name in ["large", "small"] { try table.completeAll(of: name) }
    for name in ["large", "small"] {
      var timings: [TimingRecord] = []
      try table.reader.forEachTiming(in: name) { timings.append($0) }
      #expect(Set(timings.map(\.stage)) == (try table.reader.stages(of: name)))
      #expect(timings.map(\.job) == timings.map(\.job).sorted())
      #expect(timings.count == Set(timings.map(\.stage)).count)
    }
  }
}
