import CShims
import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import Execution

/// Sessions that do not come to their natural end.
@Suite struct EndingTests {
  /// Wishes for the end as soon as a stage of the session is done.
  func run(
    _ grid: TestGrid, _ wishes: ExecutionControl.Wish...
  ) throws -> ExecutionReport {
    let control = ExecutionControl()
    return try grid.run(control: control) { snapshot in
      if snapshot.stagesDone > 0 { for wish in wishes { control.wish(wish) } }
    }
  }

  @Test func drainingLosesAtMostTheCurrentStage() throws {
    let grid = try TestGrid(.builtin, slots: 2)
    try grid.add(
      (0..<2).map { ["do": .string("slow"), "number": .integer($0)] }, steps: Array(1...40))
    let report = try run(grid, .drain)
    #expect(report.outcome == .drained)
    #expect(report.stages < 80)
    #expect(try grid.outcomes(0) == [.stopped])
    let before = try (0..<40).map { try grid.metrics(0, $0) }
    #expect(before[0] != nil)
    // It goes on where it was.
    for job in 0..<2 {
      #expect(try grid.table.reader.work(for: grid.name)[job].missingStages < 40)
    }
    #expect(report.seconds < 8)
  }

  @Test func aProgramGetsTimeToEndByItself() throws {
    let grid = try TestGrid(
      shell: #"test {x} = 1 || sleep 0.5; echo '{"metrics": {"x": {x}}}'"#, slots: 1)
    try grid.add((1...4).map { ["x": .integer($0)] })
    let report = try run(grid, .drain)
    #expect(report.outcome == .drained)
    #expect(report.jobs.running == 0)
    #expect(try grid.run().outcome == .finished)
    #expect(try (0..<4).allSatisfy { try grid.outcomes($0) == [.completed] })
  }

  @Test func aProgramThatGoesOnIsEndedAndNotBelieved() throws {
    let grid = try TestGrid(
      shell: """
        trap 'exit 0' TERM
        echo '{"metrics": {"x": {x}}}'
        test {x} = 1 || while true; do sleep 0.05; done
        """, slots: 1)
    grid.settings.drainGrace = 0.3
    try grid.add((1...3).map { ["x": .integer($0)] })
    let report = try run(grid, .drain)
    #expect(report.outcome == .drained)
    #expect(try grid.outcomes(0) == [.completed])
    #expect(try grid.outcomes(1) == [.stopped])
    #expect(try grid.metrics(1) == nil)
  }

  @Test func stoppingEndsEverythingAtOnce() throws {
    let grid = try TestGrid(
      shell: "trap '' TERM; test {x} = 1 || sleep 600; \(ExternalProgramTests().report)", slots: 2)
    try grid.add((1...6).map { ["x": .integer($0)] })
    let report = try run(grid, .drain, .stop)
    #expect(report.outcome == .stopped)
    #expect(report.seconds < 8)
    let work = try grid.table.reader.work(for: grid.name)
    #expect(work.count == 5)
    #expect(work.allSatisfy { $0.failures == 0 && $0.losses == 0 })
  }

  @Test func aWishBeforeTheBeginningIsHeard() throws {
    let grid = try TestGrid(shell: "sleep 600", slots: 1)
    try grid.add([["x": .integer(1)]])
    let control = ExecutionControl()
    control.wish(.stop)
    #expect(try grid.run(control: control).outcome == .stopped)
  }

  /// A log that cannot be written is a store that fails: a sentence, and nothing lost before it.
  @Test func aFailingStoreEndsTheSession() throws {
    let grid = try TestGrid(
      shell: #"echo "log"; echo '{"metrics": {"x": {x}}}'"#, slots: 1)
    try grid.add((1...3).map { ["x": .integer($0)] })
    // A file where the folder of logs should be.
    try Data().write(to: URL(filePath: grid.folder.logs))
    guard case .storeFailed(let message) = try grid.run().outcome else {
      Issue.record("the session did not mind")
      return
    }
    #expect(message.contains(grid.folder.logs))
    try FileManager.default.removeItem(atPath: grid.folder.logs)
    let report = try grid.run()
    #expect(report.outcome == .finished)
    #expect(try (0..<3).allSatisfy { try grid.metrics($0)?["x"] == Double($0 + 1) })
  }

  /// One session of a process catches signals at a time.
  @Suite(.serialized) struct SignalTests {
    @Test func signalsAreTheUsersWishes() throws {
      let grid = try TestGrid(shell: "sleep 600", slots: 1)
      grid.settings.handlesSignals = true
      try grid.add([["x": .integer(1)]])
      let endings = Mutex<[ExecutionControl.Wish?]>([])
      let last = Mutex<SuspendingClock.Instant?>(nil)
      let report = try grid.run { snapshot in
        guard snapshot.jobs.running > 0 else { return }
        endings.withLock { $0.append(snapshot.ending) }
        last.withLock { last in
          let now = SuspendingClock.now
          if let before = last, now < before + .milliseconds(300) { return }
          kill(getpid(), SIGINT)
          last = now
        }
      }
      #expect(report.outcome == .stopped)
      // Who looks is told.
      #expect(endings.withLock { $0.first == .some(nil) && $0.contains(.drain) })
    }

    /// `timeout` sends a signal to its program, and once more to the program's group.
    @Test func signalsThatComeTogetherAreOne() {
      #expect(espalier_signal_is_another(0, 5) != 0)
      #expect(espalier_signal_is_another(5, 5) == 0 && espalier_signal_is_another(5, 105) == 0)
      #expect(espalier_signal_is_another(5, 106) != 0)
    }
  }
}
