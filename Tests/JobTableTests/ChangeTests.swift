import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

@Suite struct ChangeTests {
  private let folder = TemporaryFolder()
  private let grid = SampleGrid(steps: [0, 1, 2])

  /// A table with one base, its selection and one trajectory of two states.
  private func table() throws -> JobTable {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try grid.record(in: table)
    return table
  }

  private func job(_ label: String, in table: JobTable) throws -> JobWork {
    try #require(try table.reader.work(for: "sample").first { $0.label.hasPrefix(label) })
  }

  private func stages(of kind: String) -> [Stage] { grid.plan.stages.filter { $0.kind == kind } }

  /// What is completed is counted for a whole commit, what is opened or fails at once: in one commit the
  /// counts of the two must fit, for every grid that needs the job.
  @Test func completedOpenedAndFailedInOneCommit() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(name: "one", seeds: [0, 1]).record(in: table)
    try SampleGrid(name: "two", seeds: [1, 2]).record(in: table)
    while let work = try table.reader.work(for: "one").first(where: { $0.requires.isEmpty }) {
      let job = work.job
      let attempt = try table.begin(job)
      let stages = try table.order(for: job, attempt: attempt).stages
      let completed = stages.map {
        Change.stageCompleted(job, attempt, sampleResult(of: $0), at: 5, rule: .anyAttempt)
      }
      let opened = Change.stageReopened(stages[0].key, neededBy: nil)
      let outcomes = try table.apply(completed + [opened, completed[0], opened])
      #expect(outcomes.last == .reopened([job]))
      #expect(try table.reader.integrity(isOwned: true) == [])
      let failure = Failure(reason: .error, message: "no")
      _ = try table.apply([
        .attemptEnded(job, attempt, .failed(failure), at: 6), .jobFailed(job, failure, at: 6),
        completed[0], .attemptEnded(job, attempt, .completed, at: 7),
      ])
      #expect(try table.reader.integrity(isOwned: true) == [])
      #expect(try table.reader.work(for: "one").first { $0.job == job } == nil)
    }
    let counts = try table.reader.counts(for: "one")
    #expect(counts.runs.done == counts.runs.total)
  }

  /// Jobs are read in one walk; who asks for them in another order, or for some that lie far apart, gets
  /// the same.
  @Test func workOnJobsInAnyOrder() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(seeds: Array(0..<60)).record(in: table)
    let all = try table.reader.work(for: "sample")
    #expect(all.count > 60)
    for job in all {
      #expect(try table.order(for: job.job, attempt: .first).stages.count == job.missingStages)
      #expect(job.stages == job.missingStages)
    }
    let byJob = Dictionary(uniqueKeysWithValues: all.map { ($0.job, $0) })
    let jobs = all.map(\.job)
    let far = stride(from: 0, to: jobs.count, by: 25).map { jobs[$0] }
    for order in [Array(jobs.reversed()), far, far.reversed() + jobs, [jobs[5], jobs[5], jobs[4]]] {
      #expect(try table.reader.work(on: order) == order.map { byJob[$0] })
    }
    #expect(throws: JobTableError.self) {
      try table.reader.work(on: [jobs[3], JobID(rawValue: 9999)])
    }
  }

  @Test func aJobFromBeginToEnd() throws {
    let table = try table()
    let prepare = try job("prepare", in: table)
    #expect(prepare.requires == [] && prepare.lastAttempt == nil && prepare.stages == 1)
    #expect(
      try table.reader.counts(for: "sample", withJobs: true).jobs == .init(waiting: 3, ready: 1))
    let attempt = try table.begin(prepare.job, at: 10)
    #expect(
      try table.reader.counts(for: "sample", withJobs: true).jobs == .init(waiting: 3, running: 1))
    let stage = stages(of: "prepare")[0]
    let result = sampleResult(of: stage, seconds: 3)
    #expect(
      try table.apply([
        .stageCompleted(prepare.job, attempt, result, at: 20, rule: .anyAttempt),
        .attemptEnded(prepare.job, attempt, .completed, at: 21),
      ]) == [.completedJob(prepare.job), .applied])
    #expect(try table.reader.result(of: stage.key) == result)
    #expect(try table.reader.stageStates(among: [stage.key]) == [stage.key: .done])
    // One evaluates the base; the selection is next; the trajectory waits for it.
    #expect(
      try table.reader.counts(for: "sample", withJobs: true).jobs
        == .init(waiting: 1, ready: 2, done: 1))
    #expect(
      try table.reader.attempts(at: [prepare.job]) == [
        AttemptRecord(
          job: prepare.job, label: prepare.label, attempt: .first, startedAt: 10, endedAt: 21,
          outcome: .completed, worker: sampleWorker, log: "logs/1.log")
      ])
    try table.completeAll(of: "sample")
    let counts = try table.reader.counts(for: "sample", withJobs: true)
    #expect(counts.runs == .init(done: 3) && counts.jobs == .init(done: 4))
    #expect(
      counts.stages == [
        .init(kind: "em", done: 2), .init(kind: "evaluate", done: 3),
        .init(kind: "prepare", done: 1),
        .init(kind: "select", done: 1),
      ])
    #expect(try table.reader.work(for: "sample") == [])
  }

  /// An attempt may be recorded before there is a worker for it.
  @Test func anAttemptBeginsWhereItIsPlaced() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    func place(_ number: Int) throws -> ChangeOutcome {
      try table.apply([
        .attemptPlaced(job, Attempt(rawValue: number), at: 5, worker: sampleWorker)
      ])[0]
    }
    #expect(try place(1) == .refused(.unknownAttempt(job, .first)))
    _ = try table.apply([.attemptBegan(job, .first, at: 1, worker: nil, log: nil)])
    #expect(try place(1) == .applied)
    let attempt = try #require(try table.reader.attempts(at: [job]).first)
    #expect(attempt.worker == sampleWorker && attempt.startedAt == 5)
    _ = try table.apply([.attemptEnded(job, .first, .stopped, at: 6)])
    #expect(try place(1) == .refused(.unknownAttempt(job, .first)))
  }

  /// An attempt that is recorded beforehand does not run until it is placed.
  @Test func whatIsForeseenDoesNotRun() throws {
    let table = try table()
    // Of a base model alone no run is made.
    let job = try job("evaluate", in: table).job
    func running() throws -> [Int] {
      let counts = try table.reader.counts(for: "sample", withJobs: true)
      return [
        try table.reader.activity(of: "sample", since: 0).running, counts.jobs.running,
        counts.runs.running,
      ]
    }
    _ = try table.apply([.attemptForeseen(job, .first, at: 1, log: nil)])
    #expect(try running() == [0, 0, 0])
    #expect(try table.reader.attempts(at: [job]).first?.isRunning == false)
    _ = try table.apply([.attemptPlaced(job, .first, at: 5, worker: nil)])
    #expect(try running() == [1, 1, 1])
    let attempt = try #require(try table.reader.attempts(at: [job]).first)
    #expect(attempt.isRunning && attempt.worker == nil && attempt.startedAt == 5)
    // One that is taken back never ran.
    _ = try table.apply([
      .attemptEnded(job, .first, .stopped, at: 6),
      .attemptForeseen(job, .first.next, at: 7, log: nil),
      .attemptEnded(job, .first.next, .stopped, at: 8),
    ])
    #expect(try table.reader.attempts(at: [job]).map(\.hasBegun) == [true, false])
  }

  /// A short job is placed and over before the first of that is recorded.
  @Test func whatIsPlacedAndEndedTogetherIsRecordedInItsOrder() throws {
    let table = try table()
    let prepare = try job("prepare", in: table)
    let result = sampleResult(of: stages(of: "prepare")[0], seconds: 3)
    _ = try table.apply([.attemptForeseen(prepare.job, .first, at: 1, log: "logs/1.log")])
    let placed = Change.attemptPlaced(prepare.job, .first, at: 5, worker: sampleWorker)
    let ended = Change.attemptEnded(prepare.job, .first, .completed, at: 21)
    // Not while its stage is open.
    #expect(
      try table.apply([placed, ended])
        == [.applied, .refused(.stagesMissing(prepare.job, count: 1))])
    #expect(
      try table.apply([
        placed, .stageCompleted(prepare.job, .first, result, at: 20, rule: .lastAttempt), ended,
      ]) == [.applied, .completedJob(prepare.job), .applied])
    #expect(
      try table.reader.attempts(at: [prepare.job]) == [
        AttemptRecord(
          job: prepare.job, label: prepare.label, attempt: .first, startedAt: 5, endedAt: 21,
          outcome: .completed, worker: sampleWorker, log: "logs/1.log")
      ])
    // In the wrong order.
    #expect(
      try table.apply([ended, placed])
        == [
          .refused(.attemptIsOver(prepare.job, .first)),
          .refused(.unknownAttempt(prepare.job, .first)),
        ])
    let other = try job("evaluate", in: table).job
    #expect(
      try table.apply([
        .attemptPlaced(other, .first, at: 5, worker: nil),
        .attemptEnded(other, .first, .stopped, at: 6),
      ]).last == .refused(.unknownAttempt(other, .first)))
  }

  /// What is to be told comes with the changes, as of after them.
  @Test func ordersComeWithTheChanges() throws {
    let table = try table()
    let prepare = try job("prepare", in: table).job
    let began = Change.attemptBegan(prepare, .first, at: 1, worker: nil, log: nil)
    let request = OrderRequest(job: prepare, attempt: .first)
    let (outcomes, orders) = try table.apply([began], orders: [request])
    #expect(outcomes == [.applied])
    #expect(orders == [try table.order(for: prepare, attempt: .first)])
    #expect(orders[0].stages == stages(of: "prepare"))
    let bare = OrderRequest(job: prepare, attempt: .first, hasContext: false)
    let order = try #require(try table.apply([], orders: [bare]).orders.first)
    #expect(order.stages == orders[0].stages && order.context == [] && order.keep == [])
  }

  @Test func attemptsOnlyGrow() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    func begin(_ number: Int) throws -> ChangeOutcome {
      try table.apply([
        .attemptBegan(job, Attempt(rawValue: number), at: 1, worker: nil, log: nil)
      ])[0]
    }
    func end(_ number: Int, _ outcome: AttemptOutcome) throws -> ChangeOutcome {
      try table.apply([.attemptEnded(job, Attempt(rawValue: number), outcome, at: 2)])[0]
    }
    let first = Attempt.first
    #expect(try begin(2) == .refused(.attemptOutOfOrder(job, first.next, last: nil)))
    #expect(try end(1, .stopped) == .refused(.unknownAttempt(job, first)))
    #expect(try begin(1) == .applied)
    #expect(try begin(1) == .refused(.attemptOutOfOrder(job, first, last: first)))
    #expect(try begin(2) == .refused(.attemptIsRunning(job, first)))
    #expect(try end(1, .completed) == .refused(.stagesMissing(job, count: 1)))
    #expect(try end(1, .lost(signal: 9)) == .applied)
    #expect(try end(1, .stopped) == .refused(.attemptIsOver(job, first)))
    #expect(try begin(2) == .applied)
    let nowhere = JobID(rawValue: 999)
    #expect(
      try table.apply([.attemptBegan(nowhere, first, at: 1, worker: nil, log: nil)])
        == [.refused(.unknownJob(nowhere))])
    #expect(
      try table.apply([
        .jobFailed(nowhere, Failure(reason: .error, message: "x"), at: 1),
        .stageReopened(StageKey(Digest(of: "nothing")), neededBy: nil),
      ]) == [
        .refused(.unknownJob(nowhere)), .refused(.unknownStage(StageKey(Digest(of: "nothing")))),
      ])
    #expect(throws: JobTableError.unknownJob(999)) { try table.order(for: nowhere, attempt: first) }
  }

  @Test func failuresAndLossesAreCountedApart() throws {
    let table = try table()
    try table.complete(try job("prepare", in: table).job)
    try table.complete(try job("select", in: table).job)
    let job = try job("em", in: table).job
    func attempt(_ outcome: AttemptOutcome, completing count: Int = 0) throws -> [Int] {
      let attempt = try table.begin(job)
      let order = try table.order(for: job, attempt: attempt)
      var changes = order.stages.prefix(count).map {
        Change.stageCompleted(job, attempt, sampleResult(of: $0), at: 3, rule: .anyAttempt)
      }
      changes.append(.attemptEnded(job, attempt, outcome, at: 4))
      _ = try table.apply(changes)
      let work = try table.reader.work(on: [job])[0]
      return [work.lastAttempt?.rawValue ?? 0, work.failures, work.losses, work.missingStages]
    }
    let failure = AttemptOutcome.failed(Failure(reason: .exitStatus(3), message: "no"))
    #expect(try attempt(.lost(signal: 11)) == [1, 0, 1, 4])
    #expect(try attempt(.lost(signal: 9)) == [2, 0, 2, 4])
    #expect(try attempt(failure) == [3, 1, 2, 4])
    #expect(try attempt(.again) == [4, 1, 2, 4])
    #expect(try attempt(.stopped) == [5, 1, 2, 4])
    // A stage was completed, and then the process died: that loss counts, those before do not.
    #expect(try attempt(.lost(signal: 9), completing: 1) == [6, 1, 1, 3])
    #expect(try attempt(.lost(signal: 9)) == [7, 1, 2, 3])
    #expect(try attempt(.artifactLost(stage: stages(of: "prepare")[0].key)) == [8, 1, 2, 3])
    #expect(try attempt(.completed, completing: 3) == [9, 1, 0, 0])
  }

  @Test func anOrderHoldsWhatIsMissingAndWhatItStandsOn() throws {
    let table = try table()
    let prepare = try job("prepare", in: table).job
    let select = try job("select", in: table).job
    let first = try table.order(for: prepare, attempt: .first)
    #expect(first.stages == stages(of: "prepare") && first.context == [])
    // Other jobs read the base model.
    #expect(first.keep == [stages(of: "prepare")[0].key])
    try table.complete(prepare)
    try table.complete(select)
    let trajectory = try job("em", in: table).job
    let attempt = try table.begin(trajectory)
    let order = try table.order(for: trajectory, attempt: attempt)
    let (states, evaluations) = (stages(of: "em"), stages(of: "evaluate"))
    // In the order of the planned job, not in that of the plan's stages.
    #expect(
      order.stages.map(\.key) == [states[0], evaluations[1], states[1], evaluations[2]].map(\.key))
    #expect(order.context == [stages(of: "prepare")[0], stages(of: "select")[0]])
    // The state after one step is read within the job only.
    #expect(order.keep == order.context.map(\.key) + [states[1].key])
    _ = try table.apply([
      .stageCompleted(trajectory, attempt, sampleResult(of: states[0]), at: 1, rule: .anyAttempt)
    ])
    let rest = try table.order(for: trajectory, attempt: attempt.next)
    #expect(rest.stages.map(\.key) == [evaluations[1], states[1], evaluations[2]].map(\.key))
    #expect(rest.context == [stages(of: "prepare")[0], stages(of: "select")[0], states[0]])
  }

  @Test func forksAreKept() throws {
    let table = try table()
    // A trajectory that starts from the other's first state.
    let em = stages(of: "em")[0]
    let fork = Stage(
      kind: "grpo", version: 1, parameters: ["seed": .integer(0)],
      parents: [em.key], step: 3)
    let plan = Plan(
      specification: grid.plan.specification, hash: Digest(of: "fork"),
      runs: [
        PlannedRun(
          id: RunID(parameters: .object(["fork": .boolean(true)])), index: 0, axisValues: [],
          parameters: "{\"fork\":true}", stages: [fork.key])
      ], stages: [stages(of: "prepare")[0], stages(of: "select")[0], em, fork])
    try table.record(plan, as: "forked", at: 1) { SampleGrid.jobs(for: plan, assigned: $0) }
    let order = try table.order(for: try job("em", in: table).job, attempt: .first)
    #expect(order.keep.contains(em.key))
    let forked = try #require(try table.reader.work(for: "forked").last)
    #expect(forked.requires == [try job("em", in: table).job])
    let context = try table.order(for: forked.job, attempt: .first).context
    #expect(context.map(\.key) == plan.stages.dropLast().map(\.key))
  }

  @Test func aLateResultOfTheBuiltinProgramCounts() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    let old = try table.begin(job)
    _ = try table.apply([.attemptEnded(job, old, .lost(signal: 9), at: 1)])
    let new = try table.begin(job)
    let result = sampleResult(of: stages(of: "prepare")[0])
    func complete(_ attempt: Attempt, _ result: StageResult) throws -> ChangeOutcome {
      try table.apply([.stageCompleted(job, attempt, result, at: 5, rule: .anyAttempt)])[0]
    }
    #expect(try complete(new.next, result) == .refused(.unknownAttempt(job, new.next)))
    #expect(try complete(old, result) == .completedJob(job))
    #expect(try complete(new, result) == .repeated)
    #expect(try table.apply([.attemptEnded(job, new, .completed, at: 6)]) == [.applied])
    var timings: [TimingRecord] = []
    try table.reader.forEachTiming(in: "sample") { timings.append($0) }
    #expect(
      timings == [
        TimingRecord(
          stage: result.stage, kind: "prepare", step: nil, job: job, attempt: old, seconds: 0.25,
          completedAt: 5, environment: 1)
      ])
  }

  @Test func aLateResultOfAnExternalProgramDoesNot() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    let old = try table.begin(job)
    _ = try table.apply([.attemptEnded(job, old, .lost(signal: 9), at: 1)])
    let new = try table.begin(job)
    let result = sampleResult(of: stages(of: "prepare")[0])
    #expect(
      try table.apply([.stageCompleted(job, old, result, at: 5, rule: .lastAttempt)])
        == [.refused(.staleAttempt(job, old, last: new))])
    #expect(
      try table.apply([.stageCompleted(job, new, result, at: 5, rule: .lastAttempt)])
        == [.completedJob(job)])
  }

  @Test func aSecondResultMustBeTheSame() throws {
    let table = try table()
    try table.completeAll(of: "sample")
    let stage = stages(of: "evaluate")[0]
    let good = sampleResult(of: stage)
    let job = try #require(try table.reader.results(ofKind: "evaluate").first).job
    func again(_ metrics: [String: Double], _ artifacts: [ArtifactReference]) throws
      -> ChangeOutcome
    {
      let result = StageResult(
        stage: stage.key, metrics: metrics, artifacts: artifacts, seconds: 99)
      return try table.apply([
        .stageCompleted(job, .first, result, at: 9, rule: .anyAttempt)
      ])[0]
    }
    let accuracy = try #require(good.metrics["accuracy"])
    #expect(
      try again(["accuracy": accuracy.nextUp], good.artifacts)
        == .refused(
          .contradiction(
            stage.key, .metric("accuracy", recorded: accuracy, reported: accuracy.nextUp))))
    #expect(
      try again([:], good.artifacts)
        == .refused(
          .contradiction(stage.key, .metric("accuracy", recorded: accuracy, reported: nil))))
    #expect(
      try again(["accuracy": accuracy, "loss": 1], [])
        == .refused(.contradiction(stage.key, .metric("loss", recorded: nil, reported: 1))))
    let other = ArtifactReference(
      stage: stage.key, kind: "outcomes", sha256: Digest(of: "other").hex, bytes: 1)
    #expect(
      try again(good.metrics, [other])
        == .refused(
          .contradiction(
            stage.key,
            .artifact(
              kind: "outcomes", recorded: good.artifacts[0].sha256, reported: other.sha256))))
    // What was recorded stays, and an artifact that was not kept at first is added.
    #expect(try table.reader.result(of: stage.key) == good)
    let samples = ArtifactReference(
      stage: stage.key, kind: "samples", sha256: Digest(of: "samples").hex, bytes: 7)
    #expect(try again(good.metrics, [samples]) == .repeated)
    #expect(try table.reader.result(of: stage.key)?.artifacts == good.artifacts + [samples])
    var kinds: [String] = []
    try table.reader.forEachArtifact { if $0.stage == stage.key { kinds.append($0.kind) } }
    #expect(kinds == ["outcomes", "samples"])
  }

  @Test func nonsenseIsRefusedAloneAndTheRestIsApplied() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    let attempt = try table.begin(job)
    let stage = stages(of: "prepare")[0].key
    func complete(_ result: StageResult) -> Change {
      .stageCompleted(job, attempt, result, at: 1, rule: .anyAttempt)
    }
    func artifact(_ kind: String, _ hash: String, of stage: StageKey, bytes: Int = 1) -> StageResult
    {
      StageResult(
        stage: stage, metrics: [:],
        artifacts: [ArtifactReference(stage: stage, kind: kind, sha256: hash, bytes: bytes)],
        seconds: 1)
    }
    let hash = Digest(of: "x").hex
    let stray = StageKey(Digest(of: "stray"))
    let foreign = StageResult(
      stage: stage, metrics: [:],
      artifacts: [ArtifactReference(stage: stray, kind: "state", sha256: hash, bytes: 1)],
      seconds: 1)
    #expect(
      try table.apply([
        complete(StageResult(stage: stage, metrics: ["loss": .nan, "a": 1], seconds: 1)),
        complete(StageResult(stage: stage, metrics: ["b": .infinity], seconds: 1)),
        complete(StageResult(stage: stage, metrics: [:], seconds: -1)),
        complete(StageResult(stage: stray, metrics: [:], seconds: 1)),
        complete(artifact("state", "abc", of: stage)), complete(artifact("", hash, of: stage)),
        complete(artifact("state", hash, of: stage, bytes: -1)), complete(foreign),
        complete(artifact("state", hash, of: stage)),
      ]) == [
        .refused(.nonFinite(stage, metric: "loss")), .refused(.nonFinite(stage, metric: "b")),
        .refused(.nonFinite(stage, metric: "seconds")), .refused(.unknownStage(stray)),
        .refused(.malformedArtifact(stage, kind: "state")),
        .refused(.malformedArtifact(stage, kind: "")),
        .refused(.malformedArtifact(stage, kind: "state")),
        .refused(.malformedArtifact(stage, kind: "state")), .completedJob(job),
      ])
    #expect(try table.reader.integrity(isOwned: true) == [])
  }

  @Test func abandonedAttemptsAreStopped() throws {
    let table = try table()
    let job = try job("prepare", in: table).job
    let attempt = try table.begin(job)
    #expect(
      try table.reader.integrity(isOwned: false) == [.abandonedAttempt(job, attempt)])
    #expect(try table.reader.integrity(isOwned: true) == [])
    #expect(try table.endAbandonedAttempts(at: 77).map(\.attempt) == [attempt])
    #expect(try table.endAbandonedAttempts(at: 78) == [])
    let record = try #require(try table.reader.attempts(at: [job]).first)
    #expect(record.outcome == .stopped && record.endedAt == 77)
    let work = try table.reader.work(on: [job])[0]
    #expect(work.failures == 0 && work.losses == 0 && work.lastAttempt == attempt)
  }

  @Test func aLostArtifactOpensItsStageAgain() throws {
    let table = try table()
    try table.completeAll(of: "sample")
    // One more seed needs the base again.
    try SampleGrid(seeds: [0, 1]).record(in: table)
    let new = try #require(try table.reader.work(for: "sample").first)
    let attempt = try table.begin(new.job)
    let prepare = try #require(try table.reader.results(ofKind: "prepare").first)
    let select = try #require(try table.reader.results(ofKind: "select").first)
    #expect(
      try table.apply([
        .attemptEnded(new.job, attempt, .artifactLost(stage: prepare.stage.key), at: 1),
        .stageReopened(prepare.stage.key, neededBy: new.job),
      ]) == [.applied, .reopened([prepare.job])])
    let work = try table.reader.work(for: "sample")
    #expect(work.map(\.job) == [prepare.job, new.job])
    #expect(work[0].missingStages == 1 && work[1].requires == [prepare.job])
    #expect(work[1].failures == 0 && work[1].losses == 0)
    #expect(try table.reader.result(of: prepare.stage.key) == nil)
    // What was computed from it stays.
    #expect(try table.reader.result(of: select.stage.key) != nil)
    #expect(try table.reader.counts(for: "sample").runs == .init(pending: 2, done: 4))
    #expect(try table.reader.integrity(isOwned: false) == [])
    try table.completeAll(of: "sample")
    #expect(try table.reader.counts(for: "sample").runs.done == 6)
    #expect(try table.reader.attempts(at: [prepare.job]).map(\.attempt.rawValue) == [1, 2])
  }

  @Test func aLostArtifactNeverMakesACircle() throws {
    let table = try table()
    try table.complete(try job("prepare", in: table).job)
    let prepare = try #require(try table.reader.results(ofKind: "prepare").first)
    let select = try job("select", in: table)
    // The job of the selection asks for the base, and the base's job for the selection.
    let selection = stages(of: "select")[0].key
    _ = try table.apply([
      .stageReopened(prepare.stage.key, neededBy: select.job),
      .stageReopened(selection, neededBy: prepare.job),
    ])
    #expect(try table.reader.integrity(isOwned: false) == [])
    try table.completeAll(of: "sample")
    #expect(try table.reader.work(for: "sample") == [])
  }
}
