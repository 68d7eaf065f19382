import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import Execution

/// Programs that want more than they may have.
@Suite struct LimitTests {
  let report = #"echo '{"metrics": {"value": 1}}'"#

  /// Four processes, none of which has too much by itself.
  @Test func theWholeGroupsMemoryCounts() throws {
    let grid = try TestGrid(
      shell: """
        for child in 1 2 3 4; do perl -e '$n = 30_000_000; $x = "x" x $n; sleep 600' & done
        wait; \(report)
        """)
    grid.program.resources.memory = 100 << 20
    try grid.add([["x": .integer(1)]])
    let report = try grid.run()
    let failure = try #require(try grid.failure(0))
    #expect(failure.reason == .memoryLimit(100 << 20))
    #expect(failure.message.hasSuffix("of memory, more than its limit of 100 MiB"))
    #expect(report.jobs.failed == 1 && report.seconds < 20)
  }

  @Test func aProgramThatGetsNoMemoryFailsOfThat() throws {
    let grid = try TestGrid(shell: #"perl -e '$n = 500_000_000; $x = "x" x $n'; exit $?"#)
    grid.program.resources.memory = 128 << 20
    try grid.add([["x": .integer(1)]])
    try grid.run()
    let failure = try #require(try grid.failure(0))
    #expect(failure.reason == .memoryLimit(128 << 20))
    #expect(
      failure.message.hasPrefix("its memory limit of 128 MiB did not suffice: Out of memory"))
  }

  /// Also one that dies by a signal: a limit of ours is no crash.
  @Test func aProgramThatDiesForWantOfMemoryIsNotLost() throws {
    let grid = try TestGrid(
      shell:
        "echo \"terminate called after throwing an instance of 'std::bad_alloc'\" >&2; kill -ABRT $$"
    )
    try grid.add([["x": .integer(1)]])
    grid.settings.crashLimit = 0
    try grid.run()
    #expect(try grid.outcomes(0) == [.lost(signal: SIGABRT)])
    let limited = try TestGrid(shell: "echo std::bad_alloc >&2; kill -ABRT $$")
    limited.program.resources.memory = 1 << 30
    try limited.add([["x": .integer(1)]])
    try limited.run()
    #expect(try limited.failure(0)?.reason == .memoryLimit(1 << 30))
  }

  @Test func limitsGrowOnRetry() throws {
    let grid = try TestGrid(
      shell: """
        perl -e '$n = 60_000_000; $x = "x" x $n' || exit
        test {x} = 1 || sleep 0.5
        \(report)
        """, retries: 3)
    grid.program.resources = Resources(
      memory: 48 << 20, time: 0.15, memoryGrowth: 3, timeGrowth: 10)
    try grid.add((1...2).map { ["x": .integer($0)] })
    #expect(try grid.run().jobs.done == 2)
    for job in 0..<2 {
      let outcomes = try grid.outcomes(job)
      #expect(outcomes.last == .completed)
      guard case .failed(let first)? = outcomes[0] else {
        Issue.record("\(outcomes)")
        continue
      }
      #expect(first.reason == .memoryLimit(48 << 20) || first.reason == .timeLimit(0.15))
    }
  }

  /// What asks for another try is seen to wait.
  @Test func aPauseIsSeen() throws {
    let grid = try TestGrid(shell: "test $ESPALIER_ATTEMPT -gt 1 || exit 75; \(report)")
    try grid.add([["x": .integer(1)]])
    let paused = Mutex(0)
    let asking = Mutex(0)
    let (reader, name) = (grid.table.reader, grid.name)
    try grid.run { snapshot in
      guard snapshot.jobs.paused > 0 else { return }
      paused.withLock { $0 += 1 }
      // The observer may come late to a snapshot, when the pause is over.
      if let count = try? reader.jobsAskingAgain(in: name) {
        asking.withLock { $0 = max($0, count) }
      }
    }
    #expect(paused.withLock { $0 } > 0)
    #expect(asking.withLock { $0 } == 1)
    #expect(try grid.table.reader.jobsAskingAgain(in: grid.name) == 0)
  }

  @Test func sizesAreForPeople() {
    #expect(
      MemoryFailure.exceeded(3 << 29, by: 5 << 30).message
        == "it had 5 GiB of memory, more than its limit of 1.5 GiB")
  }
}
