import Grid
import Keys
import Testing

@testable import Execution

@Suite struct WorkerConversationTests {
  let environment = WorkerEnvironment(pid: 1, version: "1", cpu: "c", blas: "b")
  let stages = (1...2).map {
    Stage(kind: "train", version: 1, parameters: [:], parents: [], step: $0)
  }
  let other = Stage(kind: "prepare", version: 1, parameters: [:], parents: [])
  let job = JobID(rawValue: 5)
  let attempt = Attempt(rawValue: 2)

  func conversation() -> WorkerConversation {
    var conversation = WorkerConversation()
    _ = conversation.take(.ready(environment))
    conversation.begin(
      JobOrder(job: job, attempt: attempt, stages: stages, context: [other], keep: []))
    return conversation
  }

  func completed(_ stage: Stage, seconds: Double = 1, artifacts: [ArtifactReference] = [])
    -> WorkerEvent
  {
    .completed(
      job: job, attempt: attempt,
      result: StageResult(
        stage: stage.key, metrics: ["a": 1], artifacts: artifacts, seconds: seconds))
  }

  func isViolation(_ meaning: WorkerConversation.Meaning) -> Bool {
    if case .violation = meaning { true } else { false }
  }

  @Test func aGoodWorkerIsUnderstood() {
    var conversation = conversation()
    #expect(
      conversation.take(
        .progress(
          job: job, attempt: attempt, stage: stages[0].key, done: 1, total: 2, unit: "steps",
          note: ""))
        == .progress(
          StageProgress(stage: stages[0].key, done: 1, total: 2, unit: "steps", note: "")))
    for stage in [other] + stages {
      guard case .completed(let result) = conversation.take(completed(stage)) else {
        Issue.record("\(stage)")
        return
      }
      #expect(result.stage == stage.key)
    }
    #expect(conversation.take(.finished(job: job, attempt: attempt)) == .finished)
  }

  @Test func everythingElseIsAViolation() {
    let hash = String(repeating: "a", count: 64)
    let stranger = Stage(kind: "x", version: 1, parameters: [:], parents: [])
    func artifact(_ stage: Stage, _ sha256: String, _ bytes: Int = 1) -> ArtifactReference {
      ArtifactReference(stage: stage.key, kind: "state", sha256: sha256, bytes: bytes)
    }
    let events: [WorkerEvent] = [
      .ready(environment),
      .finished(job: job, attempt: attempt),
      .finished(job: JobID(rawValue: 6), attempt: attempt),
      .finished(job: job, attempt: Attempt(rawValue: 1)),
      completed(stranger),
      completed(stages[0], seconds: -1),
      completed(stages[0], artifacts: [artifact(stages[1], hash)]),
      completed(stages[0], artifacts: [artifact(stages[0], "abc")]),
      completed(stages[0], artifacts: [artifact(stages[0], hash.uppercased())]),
      completed(stages[0], artifacts: [artifact(stages[0], hash, -1)]),
      completed(stages[0], artifacts: [artifact(stages[0], hash), artifact(stages[0], hash)]),
      .artifactLost(job: job, attempt: attempt, stage: stranger.key, reason: ""),
    ]
    for event in events {
      var conversation = conversation()
      #expect(isViolation(conversation.take(event)), "\(event)")
    }
  }

  @Test func nothingMayBeSaidBeforeReadyOrWithoutAnOrder() {
    var silent = WorkerConversation()
    #expect(isViolation(silent.take(.finished(job: job, attempt: attempt))))
    var idle = WorkerConversation()
    _ = idle.take(.ready(environment))
    #expect(isViolation(idle.take(completed(stages[0]))))
  }

  /// Orders for the jobs, of a stage each.
  func several(_ jobs: ClosedRange<Int64>) -> (WorkerConversation, [Stage]) {
    var conversation = WorkerConversation()
    _ = conversation.take(.ready(environment))
    let stages = jobs.map {
      Stage(kind: "train", version: 1, parameters: ["n": .integer(Int($0))], parents: [])
    }
    for (job, stage) in zip(jobs, stages) {
      conversation.begin(
        JobOrder(
          job: JobID(rawValue: job), attempt: attempt, stages: [stage], context: [], keep: []))
    }
    return (conversation, stages)
  }

  @Test func ordersAreDoneInTheirOrder() {
    var (conversation, stages) = several(1...3)
    for (index, stage) in stages.enumerated() {
      let job = JobID(rawValue: Int64(index + 1))
      #expect(conversation.current?.job == job)
      if index < 2 {
        var hasty = conversation
        let next = WorkerEvent.failed(
          job: JobID(rawValue: Int64(index + 2)), attempt: attempt, stage: nil,
          failure: Failure(reason: .error, message: ""))
        #expect(isViolation(hasty.take(next)))
      }
      _ = conversation.take(
        .completed(
          job: job, attempt: attempt,
          result: StageResult(stage: stage.key, metrics: [:], artifacts: [], seconds: 1)))
      #expect(conversation.take(.finished(job: job, attempt: attempt)) == .finished)
    }
    #expect(conversation.current == nil)
  }

  /// After a failure and after an artifact that is gone the worker goes on to the next.
  @Test func whatIsGivenUpIsFollowedByTheNext() {
    var (conversation, stages) = several(1...3)
    let failure = Failure(reason: .error, message: "no")
    #expect(
      conversation.take(
        .failed(job: JobID(rawValue: 1), attempt: attempt, stage: nil, failure: failure))
        == .failed(failure))
    #expect(
      conversation.take(
        .artifactLost(
          job: JobID(rawValue: 2), attempt: attempt, stage: stages[1].key, reason: ""))
        == .artifactLost(stages[1].key))
    #expect(conversation.current?.job == JobID(rawValue: 3))
  }

  @Test func theLastOrdersMayBeGivenBack() {
    let (given, _) = several(1...3)
    func recalled(_ jobs: Int64...) -> WorkerEvent {
      .recalled(jobs: jobs.map { JobID(rawValue: $0) })
    }
    for jobs in [recalled(2), recalled(3, 2), recalled(4), recalled(0, 1, 2, 3), recalled(1, 2)] {
      var conversation = given
      #expect(isViolation(conversation.take(jobs)))
    }
    var conversation = given
    #expect(conversation.take(recalled()) == .recalled([]))
    #expect(conversation.take(recalled(2, 3)) == .recalled([2, 3].map { JobID(rawValue: $0) }))
    #expect(conversation.current?.job == JobID(rawValue: 1))
    #expect(
      isViolation(conversation.take(.finished(job: JobID(rawValue: 2), attempt: attempt))))
  }
}
