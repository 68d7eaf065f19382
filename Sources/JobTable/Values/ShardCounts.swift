import Grid

/// How far a share of a grid is that was taken in this folder.
package struct ShardCounts: Hashable, Sendable {
  package let shard: Shard
  /// The runs all of whose stages the share computes.
  package var runs = 0
  package var done = 0
  package var failed = 0
  package var jobs = 0
  package var jobsDone = 0
}

/// The shares of a grid that were taken in this folder, and what of the grid is in none of them.
package struct GridShards: Hashable, Sendable {
  /// By count and number.
  package var shards: [ShardCounts] = []
  /// Runs of no share that was taken here, and how many of them are done or have failed nevertheless: by
  /// a share that was merged in, say.
  package var elsewhere = 0
  package var elsewhereDone = 0
  package var elsewhereFailed = 0

  package init() {}

  /// Runs that no share of this folder will make and of which nothing is known here.
  package var missing: Int { elsewhere - elsewhereDone - elsewhereFailed }
}
