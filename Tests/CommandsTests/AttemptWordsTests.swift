import Grid
import Testing

@testable import Commands
@testable import JobTable

/// How attempts are spoken of.
@Suite struct AttemptWordsTests {
  func attempt(_ outcome: AttemptOutcome?, hasBegun: Bool) -> AttemptRecord {
    AttemptRecord(
      job: JobID(rawValue: 1), label: "job", attempt: .first, startedAt: 10,
      endedAt: outcome == nil ? nil : 12, outcome: outcome, worker: nil, log: nil,
      hasBegun: hasBegun)
  }

  @Test func oneThatNeverBeganWasNotStopped() {
    let taken = attempt(.stopped, hasBegun: false)
    #expect(taken.word == "never_began" && taken.seconds == nil)
    #expect(!taken.standing.contains("stopped"))
    let stopped = attempt(.stopped, hasBegun: true)
    #expect(stopped.word == "stopped" && stopped.seconds == 2)
    #expect(stopped.standing == AttemptOutcome.stopped.sentence)
    #expect(attempt(nil, hasBegun: true).word == "running")
    #expect(attempt(nil, hasBegun: false).word == "foreseen")
  }
}
