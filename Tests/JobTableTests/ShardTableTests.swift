import Grid
import TestSupport
import Testing

@testable import JobTable

@Suite struct ShardTableTests {
  private let grid = SampleGrid(temperatures: [0.5, 1], seeds: [0, 1])

  /// The stages of one trajectory with their evaluations, and all that they stand on.
  private func share(temperature: Double) -> [StageKey] {
    SampleGrid(temperatures: [temperature], seeds: [0, 1]).plan.stages.map(\.key)
  }

  @Test func aShareIsNotedWithItsJobs() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    #expect(try table.reader.shards(of: "sample").isEmpty)
    #expect(try table.reader.jobs(of: shard, in: "sample") == nil)
    #expect(try table.reader.shardCounts(in: "sample") == GridShards())
    try table.recordShard(shard, of: "sample", stages: share(temperature: 0.5))
    // The base, its evaluation, its selection, and two trajectories.
    let jobs = try #require(try table.reader.jobs(of: shard, in: "sample"))
    #expect(jobs.count == 5)
    var counts = try table.reader.shardCounts(in: "sample")
    // Step 0 of the other temperature is measured on the base: it belongs to every share that has it.
    #expect(counts.shards == [ShardCounts(shard: shard, runs: 8, jobs: 5)])
    #expect(counts.elsewhere == 4 && counts.elsewhereDone == 0)

    for job in jobs.sorted() { try table.complete(job) }
    counts = try table.reader.shardCounts(in: "sample")
    #expect(
      counts.shards == [
        ShardCounts(shard: shard, runs: 8, done: 8, failed: 0, jobs: 5, jobsDone: 5)
      ])
    #expect(counts.missing == 4)
    #expect(try table.reader.integrity(isOwned: false).isEmpty)

    // The other share beside it, and then neither.
    try table.recordShard(
      try #require(Shard("2/2")), of: "sample", stages: share(temperature: 1))
    #expect(try table.reader.shardCounts(in: "sample").missing == 0)
    try table.recordShard(shard, of: "sample", stages: share(temperature: 0.5))
    #expect(try table.reader.shards(of: "sample").map(\.description) == ["1/2", "2/2"])
    try table.forgetShards(of: "sample")
    #expect(try table.reader.shards(of: "sample").isEmpty)
    try table.forgetShards(of: "nothing of that name")
  }

  @Test func whatIsOpenOfAShare() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    #expect(try table.reader.openJobs(of: shard, in: "sample") == nil)
    try table.recordShard(shard, of: "sample", stages: share(temperature: 0.5))
    let own = try #require(try table.reader.jobs(of: shard, in: "sample")).sorted()
    let all = try table.reader.work(for: "sample")
    #expect(try table.reader.openJobs(of: shard, in: "sample") == Set(own))
    func expectSame(_ only: Set<JobID>?) throws {
      let work = try table.reader.work(for: "sample", only: only)
      let whole = try table.reader.work(for: "sample")
      #expect(work == whole.filter { only?.contains($0.job) ?? true })
      let open = work.filter { !$0.hasFailed }
      #expect(
        try table.reader.openWork(in: "sample", only: only)
          == OpenWork(
            jobs: open.count, stages: open.reduce(0) { $0 + $1.missingStages },
            failedJobs: work.count - open.count))
    }
    try expectSame(nil)
    try expectSame(Set(own))
    #expect(all.count > own.count)

    // The base is done before the share is taken anew, so that it is not among the share's own jobs; then
    // its artifact is lost, and the share needs it again.
    let base = try #require(all.first { $0.requires.isEmpty }).job
    try table.complete(base)
    let rest = share(temperature: 0.5).filter { $0 != grid.plan.stages[0].key }
    try table.recordShard(shard, of: "sample", stages: rest)
    var open = try #require(try table.reader.openJobs(of: shard, in: "sample"))
    #expect(!open.contains(base) && open.count == own.count - 1)
    _ = try table.apply([.stageReopened(grid.plan.stages[0].key, neededBy: nil)])
    open = try #require(try table.reader.openJobs(of: shard, in: "sample"))
    #expect(open.contains(base))
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    _ = try table.apply([.jobFailed(try #require(open.max()), failure, at: 5)])
    try expectSame(open)
    #expect(try table.reader.openWork(in: "sample", only: open).failedJobs == 1)
  }

  @Test func failuresOfOtherSharesAreNotMissing() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    try table.recordShard(shard, of: "sample", stages: share(temperature: 0.5))
    let own = try #require(try table.reader.jobs(of: shard, in: "sample"))
    let others = try table.reader.work(for: "sample").map(\.job).filter { !own.contains($0) }
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    #expect(try table.apply([.jobFailed(others[0], failure, at: 5)]) == [.applied])
    let counts = try table.reader.shardCounts(in: "sample")
    #expect(counts.elsewhere == 4 && counts.elsewhereFailed == 2 && counts.missing == 2)
    #expect(counts.shards.map(\.failed) == [0])
  }

  @Test func whatAShareStillNeedsIsItsOwnStages() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    try table.recordShard(shard, of: "sample", stages: share(temperature: 0.5))
    func sample(of shards: [Shard]) throws -> OpenSample? {
      try table.reader.sampleOfOpenStages(in: "sample", stages: 100, of: shards)
    }
    let first = try #require(try sample(of: [shard]))
    #expect(Set(first.open.map(\.key)) == Set(share(temperature: 0.5)))
    #expect(first.open.count == share(temperature: 0.5).count && first.weight == 1)
    let jobs = try #require(try table.reader.jobs(of: shard, in: "sample"))
    for job in jobs.sorted() { try table.complete(job) }
    #expect(try sample(of: [shard]) == nil)
    let kinds = try #require(try sample(of: [])).open.map(\.kind)
    #expect(Set(kinds) == ["em", "evaluate"])
  }

  @Test func aShareOfOtherStagesIsRefused() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    let other = SampleGrid(temperatures: [3]).plan.stages.map(\.key)
    #expect(throws: JobTableError.self) {
      try table.recordShard(shard, of: "sample", stages: other)
    }
    #expect(try table.reader.shards(of: "sample").isEmpty)
    #expect(throws: JobTableError.unknownGrid("other")) {
      try table.recordShard(shard, of: "other", stages: other)
    }
  }
}
