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

  @Test func whatIsUnfinishedOfAShare() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    // The base is done before the grid is planned, so that no job waits for it.
    let plan = SampleGrid(name: "first", steps: [0]).plan
    let base = plan.stages[0].key
    let run = plan.runs[0]
    let first = Plan(
      specification: plan.specification, hash: plan.hash,
      runs: [
        PlannedRun(
          id: run.id, index: 0, axisValues: run.axisValues, parameters: run.parameters,
          stages: [base])
      ], stages: Array(plan.stages.prefix(1)))
    try table.record(first, as: "first", at: 1000) { SampleGrid.jobs(for: first, assigned: $0) }
    let baseJob = try #require(try table.reader.places(of: [base])[base]?.job)
    try table.complete(baseJob)
    try grid.record(in: table)
    let shard = try #require(Shard("1/2"))
    #expect(try table.reader.unfinishedJobs(of: shard, in: "sample") == nil)
    try table.recordShard(
      shard, of: "sample", stages: share(temperature: 0.5).filter { $0 != base })
    let own = try #require(try table.reader.jobs(of: shard, in: "sample"))
    #expect(!own.contains(baseJob))
    #expect(try table.reader.unfinishedJobs(of: shard, in: "sample") == own)

    // Its artifact is lost: the share needs it again.
    _ = try table.apply([.stageReopened(base, neededBy: nil)])
    #expect(try table.reader.unfinishedJobs(of: shard, in: "sample") == own.union([baseJob]))
    try table.complete(baseJob)
    #expect(try table.reader.unfinishedJobs(of: shard, in: "sample") == own)
  }

  @Test func whatIsOpenIsCountedAsItIsListed() throws {
    let folder = TemporaryFolder()
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    let jobs = try table.reader.work(for: "sample").map(\.job)
    try table.complete(jobs[0])
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    _ = try table.apply([.jobFailed(jobs[1], failure, at: 5), .jobFailed(jobs[3], failure, at: 5)])
    for only in [nil, Set(jobs[0...2]), Set(jobs[2...])] {
      let work = try table.reader.work(for: "sample", only: only)
      #expect(work.map(\.job) == jobs[1...].filter { only?.contains($0) ?? true })
      let open = work.filter { !$0.hasFailed }
      #expect(work.count > open.count && !open.isEmpty)
      #expect(
        try table.reader.openWork(in: "sample", only: only)
          == OpenWork(
            jobs: open.count, stages: open.reduce(0) { $0 + $1.missingStages },
            failedJobs: work.count - open.count))
    }
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
