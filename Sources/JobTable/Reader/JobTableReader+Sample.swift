import GRDB
import Grid

/// Some of the stages that a grid still needs, which stand for all of them.
package struct OpenSample: Sendable {
  /// The stages of the jobs that were chosen.
  package let open: [Stage]
  /// What they stand on, without themselves.
  package let context: [Stage]
  /// How many open stages each of them stands for.
  package let weight: Double
}

extension JobTableReader {
  /// The open stages of jobs that lie at regular distances among the unfinished ones; `nil` when nothing
  /// is open.
  ///
  /// - Parameter limit: about how many stages.
  /// - Complexity: O(limit · log(size of the table)).
  package func sampleOfOpenStages(in grid: String, stages limit: Int) throws -> OpenSample? {
    try read { db in
      let grid = try db.gridID(grid)
      let tallies = try db.tallies(of: grid)
      let jobs = tallies.jobs - tallies.jobsDone - tallies.jobsFailed
      let openStages = tallies.stages.reduce(0) { $0 + $1.open }
      guard jobs > 0, openStages > 0 else { return nil }
      let wanted = max(8, limit * jobs / openStages)
      var open: [Int64] = []
      for job in try db.unfinishedJobs(of: grid, atMost: wanted) {
        open += try db.all(
          "SELECT id FROM stage WHERE job_id = ? AND state = 0 ORDER BY place", .integer(job),
          value: { $0.integer(0) })
      }
      if open.isEmpty { return nil }
      return OpenSample(
        open: try db.stages(open).map(\.stage),
        context: try db.stages(try db.foundation(of: open)).map(\.stage),
        weight: Double(openStages) / Double(open.count))
    }
  }
}

extension Database {
  /// Open jobs that the grid needs, at regular distances by their numbers.
  fileprivate func unfinishedJobs(of grid: Int64, atMost limit: Int) throws -> [Int64] {
    var jobs: Set<Int64> = []
    let own = try RowFinder(
      self,
      "SELECT min(id), max(id) FROM job INDEXED BY job_unfinished WHERE grid_id = ? AND state <> 1")
    let bounds = try own.row(grid) { row in row.isNull(0) ? nil : (row.integer(0), row.integer(1)) }
    if let (first, last) = bounds ?? nil {
      let distance = max(1, (last - first + 1) / Int64(limit))
      for target in stride(from: first, through: last, by: Int64.Stride(distance)) {
        let job = try self.first(
          """
          SELECT id FROM job INDEXED BY job_unfinished
          WHERE grid_id = ? AND state <> 1 AND state = 0 AND id >= ? ORDER BY id LIMIT 1
          """,
          .integer(grid), .integer(target), value: { $0.integer(0) })
        if let job { jobs.insert(job) }
      }
    }
    let further = try all(
      """
      SELECT j.id FROM further_job f JOIN job j ON j.id = f.job_id
      WHERE f.grid_id = ? AND j.state = 0 LIMIT ?
      """,
      .integer(grid), .integer(limit), value: { $0.integer(0) })
    return (jobs.union(further)).sorted()
  }
}
