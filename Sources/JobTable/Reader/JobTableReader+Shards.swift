import GRDB
import Grid

extension JobTableReader {
  /// The shares of the grid that were taken in this folder, by count and number. Empty for a grid that is
  /// run whole, and for one that the table does not have.
  package func shards(of grid: String) throws -> [Shard] {
    try read { db in try db.shards(of: grid) }
  }

  /// The jobs that a share needs; `nil` when it was not taken in this folder.
  package func jobs(of shard: Shard, in grid: String) throws -> Set<JobID>? {
    try read { db in
      guard try db.shards(of: grid).contains(shard) else { return nil }
      return Set(try db.jobs(of: shard, in: try db.gridID(grid)))
    }
  }

  /// How far the shares of the grid are that were taken in this folder.
  ///
  /// - Complexity: O(runs · stages a run) where there are any, else O(1).
  package func shardCounts(in grid: String) throws -> GridShards {
    try read { db in
      var result = GridShards()
      let shards = try db.shards(of: grid)
      if shards.isEmpty { return result }
      let id = try db.gridID(grid)
      let jobs = try shards.map { Set(try db.jobs(of: $0, in: id)) }
      result.shards = try zip(shards, jobs).map { shard, jobs in
        var counts = ShardCounts(shard: shard)
        counts.jobs = jobs.count
        counts.jobsDone = try jobs.count { try db.jobState($0) == .done }
        return counts
      }
      var tally = ShardTally(jobs: jobs)
      try db.forEach(
        """
        SELECT r.id, s.state, s.job_id
        FROM run r JOIN run_stage rs ON rs.run_id = r.id JOIN stage s ON s.id = rs.stage_id
        WHERE r.grid_id = ? AND r.position IS NOT NULL ORDER BY r.position
        """,
        .integer(id)
      ) { row in
        tally.add(run: row.integer(0), try row.stageState(1), job: row.job(2), to: &result)
      }
      tally.finish(&result)
      return result
    }
  }
}

/// Counts runs by the shares that they belong to, stage by stage.
private struct ShardTally {
  let jobs: [Set<JobID>]
  private var run: Int64?
  private var state = RunStateBuilder()
  private var belongs: [Bool] = []

  init(jobs: [Set<JobID>]) {
    self.jobs = jobs
  }

  mutating func add(run: Int64, _ stage: StageState, job: JobID, to counts: inout GridShards) {
    if run != self.run {
      finish(&counts)
      self.run = run
      state = RunStateBuilder()
      belongs = jobs.map { _ in true }
    }
    state.add(stage, isRunning: false)
    for index in jobs.indices where !jobs[index].contains(job) { belongs[index] = false }
  }

  mutating func finish(_ counts: inout GridShards) {
    guard run != nil else { return }
    run = nil
    for index in jobs.indices where belongs[index] {
      counts.shards[index].runs += 1
      if state.state == .done { counts.shards[index].done += 1 }
      if state.state == .failed { counts.shards[index].failed += 1 }
    }
    guard !belongs.contains(true) else { return }
    counts.elsewhere += 1
    if state.state == .done { counts.elsewhereDone += 1 }
  }
}

extension Database {
  fileprivate func shards(of grid: String) throws -> [Shard] {
    try all(
      """
      SELECT shard, shards FROM grid_shard JOIN grid ON grid.id = grid_id WHERE name = ?
      ORDER BY shards, shard
      """,
      .text(grid),
      value: { row in
        guard let shard = Shard(number: row.int(0), of: row.int(1)) else {
          throw RowDamage("there is no shard \(row.int(0)) of \(row.int(1))")
        }
        return shard
      })
  }

  fileprivate func jobs(of shard: Shard, in grid: Int64) throws -> [JobID] {
    try all(
      "SELECT job_id FROM shard_job WHERE grid_id = ? AND shards = ? AND shard = ? ORDER BY job_id",
      .integer(grid), .integer(shard.count), .integer(shard.number), value: { $0.job(0) })
  }
}
