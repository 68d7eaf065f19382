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
  /// - Parameters:
  ///   - limit: about how many stages.
  ///   - shards: only jobs of these shares, which were taken in this folder; none for the whole grid.
  /// - Complexity: O(limit · log(size of the table)), with shares O(their jobs); for a grid that shares jobs
  ///   with others O(unfinished jobs of all grids).
  package func sampleOfOpenStages(
    in grid: String, stages limit: Int, of shards: [Shard] = []
  ) throws -> OpenSample? {
    try read { db in
      let grid = try db.gridID(grid)
      let jobs: [Int64]
      let openStages: Int
      if shards.isEmpty {
        let tallies = try db.tallies(of: grid)
        let count = tallies.jobs - tallies.jobsDone - tallies.jobsFailed
        openStages = tallies.stages.reduce(0) { $0 + $1.open }
        guard count > 0, openStages > 0 else { return nil }
        jobs = try db.unfinishedJobs(of: grid, atMost: max(8, limit * count / openStages))
      } else {
        let all = try db.openJobs(of: shards, in: grid)
        openStages = all.reduce(0) { $0 + $1.stages }
        guard openStages > 0 else { return nil }
        let distance = max(1, all.count / max(8, limit * all.count / openStages))
        jobs = stride(from: 0, to: all.count, by: distance).map { all[$0].job }
      }
      var open: [Int64] = []
      for job in jobs {
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
  /// The open jobs of these shares with the numbers of their open stages, in ascending order.
  fileprivate func openJobs(
    of shards: [Shard], in grid: Int64
  ) throws -> [(job: Int64, stages: Int)] {
    var jobs: [Int64: Int] = [:]
    for shard in shards {
      try forEach(
        """
        SELECT j.id, j.missing FROM shard_job n CROSS JOIN job j ON j.id = n.job_id
        WHERE n.grid_id = ? AND n.shards = ? AND n.shard = ? AND j.state = 0
        """,
        .integer(grid), .integer(shard.count), .integer(shard.number)
      ) { row in
        jobs[row.integer(0)] = row.int(1)
      }
    }
    return jobs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Open jobs that the grid needs, at regular distances by their numbers.
  fileprivate func unfinishedJobs(of grid: Int64, atMost limit: Int) throws -> [Int64] {
    var jobs: Set<Int64> = []
    let own = try RowFinder(
      self,
      // Asked for both at once, SQLite would read the whole index.
      """
      SELECT
        (SELECT min(id) FROM job INDEXED BY job_unfinished WHERE grid_id = ?1 AND state <> 1),
        (SELECT max(id) FROM job INDEXED BY job_unfinished WHERE grid_id = ?1 AND state <> 1)
      """)
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
      SELECT j.id FROM (SELECT 1 FROM further_job WHERE grid_id = ?1 LIMIT 1)
        CROSS JOIN job j INDEXED BY job_unfinished
        CROSS JOIN further_job f ON f.grid_id = ?1 AND f.job_id = j.id
      WHERE j.state <> 1 AND j.state = 0 LIMIT ?2
      """,
      .integer(grid), .integer(limit), value: { $0.integer(0) })
    return (jobs.union(further)).sorted()
  }
}
