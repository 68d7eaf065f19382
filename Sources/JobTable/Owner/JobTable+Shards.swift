import GRDB
import Grid

extension JobTable {
  /// Notes that a share of the grid is taken in this folder, and which jobs it needs: those that have its
  /// stages, with all that they require.
  ///
  /// - Parameter stages: the stages that the share computes; the table must have them.
  /// - Complexity: O(stages · log(size of the table)).
  package func recordShard(
    _ shard: Shard, of grid: String, stages: some Sequence<StageKey>
  ) throws {
    try transaction { db in
      let id = try db.gridID(grid)
      try db.run(
        "DELETE FROM grid_shard WHERE grid_id = ? AND shards = ? AND shard = ?", .integer(id),
        .integer(shard.count), .integer(shard.number))
      try db.run(
        "INSERT INTO grid_shard (grid_id, shard, shards) VALUES (?, ?, ?)", .integer(id),
        .integer(shard.number), .integer(shard.count))
      var jobs: Set<JobID> = []
      for stage in stages {
        let job = try db.first(
          "SELECT job_id FROM stage WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)",
          .key(stage), value: { $0.job(0) })
        guard let job else {
          throw JobTableError.brokenPlan("shard \(shard) has a stage that its grid lacks")
        }
        jobs.insert(job)
      }
      var pending = Array(jobs)
      while let job = pending.popLast() {
        let required = try db.all(
          "SELECT requires_id FROM job_dependency WHERE job_id = ?", .job(job),
          value: { $0.job(0) })
        for job in required where jobs.insert(job).inserted { pending.append(job) }
      }
      for job in jobs.sorted() {
        try db.run(
          "INSERT INTO shard_job (grid_id, shard, shards, job_id) VALUES (?, ?, ?, ?)",
          .integer(id), .integer(shard.number), .integer(shard.count), .job(job))
      }
    }
  }

  /// Forgets that shares of the grid were taken: it has changed, or is run whole. What they computed
  /// stays.
  package func forgetShards(of grid: String) throws {
    guard try !reader.shards(of: grid).isEmpty else { return }
    try transaction { db in
      try db.run(
        "DELETE FROM grid_shard WHERE grid_id IN (SELECT id FROM grid WHERE name = ?)",
        .text(grid))
    }
  }
}
