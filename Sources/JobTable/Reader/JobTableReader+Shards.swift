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

  /// The jobs that are not done and that a share needs; `nil` when it was not taken in this folder.
  ///
  /// They are its own, and what lost an artifact since it was taken and is required again.
  ///
  /// - Complexity: O(jobs of the share), a few microseconds each.
  package func unfinishedJobs(of shard: Shard, in grid: String) throws -> Set<JobID>? {
    try read { db in
      guard try db.shards(of: grid).contains(shard) else { return nil }
      return Set(
        try db.all(
          """
          WITH RECURSIVE needed (id) AS (
            SELECT j.id FROM shard_job n CROSS JOIN job j ON j.id = n.job_id
            WHERE n.grid_id = ? AND n.shards = ? AND n.shard = ? AND j.state <> 1
            UNION
            SELECT j.id FROM needed n CROSS JOIN job_dependency d ON d.job_id = n.id
              CROSS JOIN job j ON j.id = d.requires_id
            WHERE j.state <> 1)
          SELECT id FROM needed
          """,
          .integer(try db.gridID(grid)), .integer(shard.count), .integer(shard.number),
          value: { $0.job(0) }))
    }
  }

  /// How far the shares of the grid are that were taken in this folder.
  ///
  /// - Complexity: O(runs + stages of the shares) where there are any, below a microsecond each; else
  ///   O(1).
  package func shardCounts(in grid: String) throws -> GridShards {
    try read { db in
      var result = GridShards()
      let shards = try db.shards(of: grid)
      if shards.isEmpty { return result }
      let id = try db.gridID(grid)
      var stages: [StageSet] = []
      for shard in shards {
        result.shards.append(try db.jobCounts(of: shard, in: id))
        stages.append(try db.stages(of: shard, in: id))
      }
      var belongs = [Bool](repeating: true, count: shards.count)
      try db.forEach(
        "SELECT stages, missing, failed FROM run WHERE grid_id = ? AND position IS NOT NULL",
        .integer(id)
      ) { row in
        for index in belongs.indices { belongs[index] = true }
        try row.withText(0) { text in
          try RunStages.forEach(in: text) { stage in
            for index in stages.indices where !stages[index].contains(stage) {
              belongs[index] = false
            }
          }
        }
        let isDone = row.int(1) == 0
        let hasFailed = row.int(2) > 0
        for index in belongs.indices where belongs[index] {
          result.shards[index].runs += 1
          if isDone { result.shards[index].done += 1 }
          if hasFailed { result.shards[index].failed += 1 }
        }
        if belongs.contains(true) { return }
        result.elsewhere += 1
        if isDone { result.elsewhereDone += 1 }
        if hasFailed { result.elsewhereFailed += 1 }
      }
      return result
    }
  }
}

/// Stages by the numbers of their rows, a bit each.
private struct StageSet {
  private var words: [UInt64] = []

  mutating func insert(_ stage: Int64) {
    let word = Int(stage >> 6)
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(stage & 63)
  }

  func contains(_ stage: Int64) -> Bool {
    let word = Int(stage >> 6)
    return word < words.count && words[word] & 1 << UInt64(stage & 63) != 0
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

  /// The share with the numbers of its jobs; its runs are not counted yet.
  fileprivate func jobCounts(of shard: Shard, in grid: Int64) throws -> ShardCounts {
    var counts = ShardCounts(shard: shard)
    try forEach(
      """
      SELECT count(*), coalesce(sum(j.state = 1), 0)
      FROM shard_job n CROSS JOIN job j ON j.id = n.job_id
      WHERE n.grid_id = ? AND n.shards = ? AND n.shard = ?
      """,
      .integer(grid), .integer(shard.count), .integer(shard.number)
    ) { row in
      counts.jobs = row.int(0)
      counts.jobsDone = row.int(1)
    }
    return counts
  }

  /// The stages of the share's jobs.
  fileprivate func stages(of shard: Shard, in grid: Int64) throws -> StageSet {
    var stages = StageSet()
    try forEach(
      """
      SELECT s.id FROM shard_job n CROSS JOIN stage s ON s.job_id = n.job_id
      WHERE n.grid_id = ? AND n.shards = ? AND n.shard = ?
      """,
      .integer(grid), .integer(shard.count), .integer(shard.number)
    ) { row in
      stages.insert(row.integer(0))
    }
    return stages
  }
}
