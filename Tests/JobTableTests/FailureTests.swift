import Grid
import TestSupport
import Testing

@testable import JobTable

@Suite struct FailureTests {
  private let folder = TemporaryFolder()

  private func table(_ grid: SampleGrid) throws -> JobTable {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    return table
  }

  /// One attempt that fails and fails its job.
  private func fail(_ job: JobID, _ failure: Failure, in table: JobTable) throws {
    let attempt = try table.begin(job)
    let outcomes = try table.apply([
      .attemptEnded(job, attempt, .failed(failure), at: 5), .jobFailed(job, failure, at: 5),
    ])
    #expect(outcomes == [.applied, .applied])
  }

  private func trajectories(in table: JobTable) throws -> [JobWork] {
    try table.reader.work(for: "sample").filter { $0.label.hasPrefix("em") }
  }

  @Test func aFailedJobFailsItsRuns() throws {
    let table = try table(SampleGrid(seeds: [0, 1]))
    try table.complete(try table.reader.work(for: "sample")[0].job)
    try table.complete(try table.reader.work(for: "sample")[0].job)
    let jobs = try trajectories(in: table)
    try fail(jobs[0].job, Failure(reason: .nonFinite, message: "loss is NaN at step 2"), in: table)
    let counts = try table.reader.counts(for: "sample", withJobs: true)
    #expect(counts.runs == .init(pending: 4, failed: 2))
    #expect(counts.jobs.failed == 1)
    #expect(
      try table.reader.runs(in: "sample").map(\.state)
        == [.pending, .failed, .failed, .pending, .pending, .pending])
    let work = try #require(try table.reader.work(for: "sample").first { $0.hasFailed })
    #expect(work.job == jobs[0].job && work.failures == 1)
    let failure = Failure(reason: .error, message: "again")
    #expect(
      try table.apply([
        .jobFailed(jobs[0].job, failure, at: 6),
        .attemptBegan(jobs[0].job, .first.next, at: 6, worker: nil, log: nil),
      ]) == [.repeated, .refused(.jobHasFailed(jobs[0].job))])
    #expect(try table.reader.integrity(isOwned: false) == [])
    // A done job cannot fail.
    let done = try #require(try table.reader.results(ofKind: "prepare").first).job
    #expect(try table.apply([.jobFailed(done, failure, at: 6)]) == [.refused(.jobIsDone(done))])
  }

  @Test func aLateResultMayStillCompleteAFailedJob() throws {
    let table = try table(SampleGrid())
    let job = try table.reader.work(for: "sample")[0].job
    let attempt = try table.begin(job)
    let order = try table.order(for: job, attempt: attempt)
    let failure = Failure(reason: .timeLimit(1), message: "ran past its limit of 1 s")
    _ = try table.apply([
      .attemptEnded(job, attempt, .failed(failure), at: 5), .jobFailed(job, failure, at: 5),
    ])
    #expect(
      try table.apply([
        .stageCompleted(job, attempt, sampleResult(of: order.stages[0]), at: 6, rule: .anyAttempt)
      ]) == [.completedJob(job)])
    #expect(try table.reader.failureClusters(in: "sample") == [])
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func failuresOfSomeJobsAreOpenedAlone() throws {
    let table = try table(SampleGrid(seeds: [0, 1]))
    try table.complete(try table.reader.work(for: "sample")[0].job)
    try table.complete(try table.reader.work(for: "sample")[0].job)
    let jobs = try trajectories(in: table).map(\.job)
    let failure = Failure(reason: .exitStatus(3), message: "no such file")
    for job in jobs { try fail(job, failure, in: table) }
    #expect(try table.reopenFailed(in: "sample", among: [jobs[0]]) == [jobs[0]])
    #expect(try table.reader.work(for: "sample").filter(\.hasFailed).map(\.job) == [jobs[1]])
    #expect(try table.reopenFailed(in: "sample", cluster: "00000000", among: [jobs[1]]) == [])
    #expect(try table.reopenFailed(in: "sample") == [jobs[1]])
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func whatGridsShareIsSeenFromBoth() throws {
    let table = try table(SampleGrid(seeds: [0, 1]))
    try SampleGrid(name: "other", seeds: [1, 2]).record(in: table)
    try table.complete(try table.reader.work(for: "other")[0].job)
    try table.complete(try table.reader.work(for: "other")[0].job)
    let (one, other) = (
      try table.reader.work(for: "sample"), try table.reader.work(for: "other")
    )
    // The measurement of the base, and the trajectory of the seed that both have.
    let shared = Set(one.map(\.job)).intersection(other.map(\.job))
    #expect(shared.count == 2 && one.count == 3 && other.count == 3)
    #expect(try Set(table.reader.openStages(in: "other").map(\.job)) == Set(other.map(\.job)))
    let trajectory = try #require(
      other.first { shared.contains($0.job) && $0.label.hasPrefix("em") }?.job)
    try fail(trajectory, Failure(reason: .exitStatus(3), message: "no such file"), in: table)
    for grid in ["sample", "other"] {
      #expect(try table.reader.failureClusters(in: grid).map(\.jobs) == [[trajectory]])
      #expect(try table.reader.counts(for: grid, withJobs: true).jobs.ready == 2)
    }
    #expect(try table.reopenFailed(in: "other") == [trajectory])
    #expect(try table.reader.work(for: "sample").map(\.job) == one.map(\.job))
  }

  /// What a program says when it gets no more memory, or is seen to have too much, is chance.
  @Test func whatReachedALimitIsOneCluster() {
    let failures = [
      Failure(
        reason: .memoryLimit(1 << 20), message: "it had 2 MiB, more than its limit"),
      Failure(reason: .memoryLimit(1 << 30), message: "its limit did not suffice: tail: exhausted"),
      Failure(reason: .timeLimit(1), message: "it ran past its limit"),
      Failure(reason: .timeLimit(7), message: "it ran past its limit; last words"),
      Failure(reason: .exitStatus(1), message: "it ran past its limit"),
    ]
    let clusters = failures.map(\.cluster)
    #expect(clusters[0] == clusters[1] && clusters[2] == clusters[3])
    #expect(Set(clusters).count == 3)
  }

  @Test func failuresAreSeenInClusters() throws {
    let table = try table(SampleGrid(seeds: [0, 1, 2, 3]))
    try table.complete(try table.reader.work(for: "sample")[0].job)
    try table.complete(try table.reader.work(for: "sample")[0].job)
    let jobs = try trajectories(in: table).map(\.job)
    let first = Failure(reason: .exitStatus(3), message: "loss 1.25e-3 at step 12 in /tmp/x81f/log")
    let second = Failure(reason: .exitStatus(3), message: "loss 7 at step 9 in /tmp/q02/log")
    try fail(jobs[0], first, in: table)
    try fail(jobs[1], second, in: table)
    try fail(jobs[2], Failure(reason: .exitStatus(4), message: first.message), in: table)
    let clusters = try table.reader.failureClusters(in: "sample")
    #expect(clusters.map(\.jobs) == [[jobs[0], jobs[1]], [jobs[2]]])
    #expect(clusters.map(\.runs) == [4, 2])
    #expect(clusters[0].example == first && clusters[0].exampleJob == jobs[0])
    #expect(clusters[0].exampleLog == "logs/\(jobs[0]).log")
    #expect(clusters[0].id == first.cluster && clusters[0].id.count == 8)
  }

  @Test(arguments: [
    ("step 12 of 40", "step # of #"), ("loss=1.5e-7, lr=3E+2", "loss=#, lr=#"),
    ("at 0x7ffe12 in run_3", "at # in #"), ("-3 and 3.", "# and #."), ("a-b c.d", "a-b c.d"),
    ("/tmp/tmp8f3a/x.py:12", "/tmp/#/x.py:#"), ("", ""), ("seed é 5é", "seed é #"),
    ("1..2", "#..#"), ("no /tmp/tmpabcdefgh/x.lock", "no /tmp/#/x.lock"),
    ("/tmp/run-a.b_c: full. Stop", "/tmp/#: full. Stop"),
    ("in /dev/shm/torch_x.", "in /dev/shm/#."),
    ("$TMPDIR/tmpqwertyui/y and tmp.AbCdEfGhIj", "$TMPDIR/#/y and #"),
    ("no metrics at step 28, 29", "no metrics at step #"),
    ("no metrics at step 1, 2, 3, …, 29; print some", "no metrics at step #; print some"),
    ("shape (3, 4) and (3,4,x5): 1 2", "shape (#) and (#): # #"),
    ("tmpfs is full, tmp is not", "tmpfs is full, tmp is not"), ("see /tmp/", "see /tmp/"),
  ])
  func messagesLoseTheirNumbers(message: String, normalised: String) {
    #expect(Failure.normalised(message) == normalised)
  }

  @Test func fiveThousandFailuresOfFourCausesAreFourClusters() {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
    var state = UInt64(1)
    // Of eight letters one name in four has no digit.
    func name(_ count: Int) -> String {
      String(
        (0..<count).map { _ in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return letters[Int(state >> 33) % letters.count]
        })
    }
    let clusters = (0..<5000).map { number in
      switch number % 4 {
      case 0: Failure(reason: .exitStatus(1), message: "cannot open /tmp/tmp\(name(8))/x.lock")
      case 1: Failure(reason: .exitStatus(1), message: "cannot make /scratch/tmp.\(name(10))")
      case 2: Failure(reason: .exitStatus(1), message: "loss is nan at step \(number)")
      default: Failure(reason: .memoryLimit(1 << 20), message: "it used \(number) MB")
      }
    }.map(\.cluster)
    #expect(Set(clusters).count == 4)
  }

  @Test func retryOpensWhatFailedAndWhatItBroughtDown() throws {
    let table = try table(SampleGrid(seeds: [0, 1]))
    let prepare = try table.reader.work(for: "sample")[0].job
    try fail(prepare, Failure(reason: .crashLimit(5), message: "died 5 times"), in: table)
    let rest = try table.reader.work(for: "sample").filter { !$0.hasFailed }.map(\.job)
    let byParent = Failure(reason: .parentFailed, message: "its base model failed")
    _ = try table.apply(rest.map { .jobFailed($0, byParent, at: 6) })
    #expect(try table.reader.counts(for: "sample").runs == .init(failed: 6))
    #expect(try table.reader.integrity(isOwned: false) == [])
    #expect(try table.reopenFailed(in: "sample") == [prepare] + rest)
    #expect(try table.reopenFailed(in: "sample") == [])
    let work = try table.reader.work(for: "sample")
    #expect(work.allSatisfy { !$0.hasFailed && $0.failures == 0 && $0.losses == 0 })
    #expect(work[0].lastAttempt == .first)
    #expect(try table.reader.integrity(isOwned: false) == [])
    try table.completeAll(of: "sample")
    #expect(try table.reader.counts(for: "sample").runs == .init(done: 6))
    #expect(throws: JobTableError.unknownGrid("none")) { try table.reopenFailed(in: "none") }
  }

  @Test func retryOfOneCluster() throws {
    let table = try table(SampleGrid(seeds: [0, 1, 2]))
    try table.complete(try table.reader.work(for: "sample")[0].job)
    try table.complete(try table.reader.work(for: "sample")[0].job)
    let jobs = try trajectories(in: table).map(\.job)
    let memory = Failure(reason: .memoryLimit(1 << 30), message: "needed 2 GiB")
    let odd = Failure(reason: .error, message: "odd")
    try fail(jobs[0], memory, in: table)
    try fail(jobs[1], odd, in: table)
    #expect(try table.reopenFailed(in: "sample", cluster: "00000000") == [])
    #expect(try table.reopenFailed(in: "sample", cluster: memory.cluster) == [jobs[0]])
    #expect(try table.reader.failureClusters(in: "sample").map(\.jobs) == [[jobs[1]]])
    // It counts anew from here.
    try fail(jobs[0], memory, in: table)
    #expect(try table.reader.work(on: [jobs[0]])[0].failures == 1)
  }

  @Test func retryOfAConsequenceOpensItsCause() throws {
    let table = try table(SampleGrid())
    let work = try table.reader.work(for: "sample")
    let prepare = work[0].job
    try fail(prepare, Failure(reason: .error, message: "no"), in: table)
    let byParent = Failure(reason: .parentFailed, message: "its base model failed")
    _ = try table.apply(work.dropFirst().map { .jobFailed($0.job, byParent, at: 6) })
    #expect(try table.reopenFailed(in: "sample", cluster: byParent.cluster) == work.map(\.job))
  }
}
