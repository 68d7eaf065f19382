import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// Random grids over shared stages, random progress: after every step every invariant holds, and all
/// histories end in the same table.
@Suite struct RandomHistoryTests {
  private let folder = TemporaryFolder()

  @Test(arguments: 0..<12 as Range<UInt64>)
  func everyHistoryKeepsTheInvariants(seed: UInt64) throws {
    var random = RandomStream(seed: seed, purpose: RandomPurpose("history")).generator(0)
    var table = try JobTable(path: folder.path + "/jobs.sqlite")
    let names = ["one", "two"]
    var grids: [String: SampleGrid] = [:]
    var running: [JobID: Attempt] = [:]
    /// What was acknowledged and not reopened since.
    var done: [StageKey: StageResult] = [:]
    for step in 0..<60 {
      let name = names[random.below(2)]
      switch random.below(12) {
      case 0:
        let grid = randomGrid(name, &random)
        let record = try grid.record(in: table)
        grids[name] = grid
        #expect(record.newRuns + record.keptRuns == grid.plan.runs.count)
        #expect(
          record.newStages + record.doneStages + record.openStages + record.failedStages
            == grid.plan.stages.count)
      case 1 where !running.isEmpty:
        // Another owner: what ran is stopped.
        try table.close()
        table = try JobTable(path: folder.path + "/jobs.sqlite")
        #expect(try Set(table.endAbandonedAttempts(at: 9).map(\.job)) == Set(running.keys))
        running = [:]
      case 2...4 where grids[name] != nil:
        let ready = try table.reader.work(for: name).filter {
          $0.requires.isEmpty && !$0.hasFailed && running[$0.job] == nil
        }
        if ready.isEmpty { break }
        let job = ready[random.below(ready.count)].job
        running[job] = try table.begin(job)
      case 5...8 where !running.isEmpty:
        let (job, attempt) = running.sorted { $0.key < $1.key }[random.below(running.count)]
        let order = try table.order(for: job, attempt: attempt)
        for stage in order.context {
          // Parents are done, or were reopened while the job was running.
          #expect(done[stage.key] != nil || stage.kind == "prepare" || stage.kind == "select")
        }
        for stage in order.stages.prefix(1 + random.below(3)) {
          let result = sampleResult(of: stage)
          let outcome = try table.apply([
            .stageCompleted(job, attempt, result, at: Double(step), rule: .anyAttempt)
          ])
          #expect(outcome == [.applied] || outcome == [.completedJob(job)])
          done[stage.key] = result
          #expect(
            try table.apply([
              .stageCompleted(job, attempt, result, at: Double(step), rule: .anyAttempt)
            ]) == [.repeated])
        }
        if try table.reader.work(on: [job])[0].missingStages == 0 {
          running[job] = nil
          #expect(
            try table.apply([.attemptEnded(job, attempt, .completed, at: Double(step))])
              == [.applied])
        }
      case 9 where !running.isEmpty:
        let (job, attempt) = running.sorted { $0.key < $1.key }[random.below(running.count)]
        running[job] = nil
        let failure = Failure(reason: .exitStatus(Int32(random.below(2))), message: "at \(step)")
        let outcomes: [AttemptOutcome] = [.lost(signal: 9), .failed(failure), .again]
        var changes = [
          Change.attemptEnded(job, attempt, outcomes[random.below(3)], at: Double(step))
        ]
        if random.below(2) == 0 { changes.append(.jobFailed(job, failure, at: Double(step))) }
        #expect(try table.apply(changes).allSatisfy { $0 == .applied })
      case 10 where grids[name] != nil:
        let reopened = try table.reopenFailed(in: name)
        #expect(try table.reader.work(on: reopened).allSatisfy { !$0.hasFailed })
        #expect(try table.reader.failureClusters(in: name) == [])
      case 11 where !done.isEmpty:
        let bases = done.keys.filter { done[$0]?.metrics.isEmpty == true }
          .sorted { $0.hex < $1.hex }
        if bases.isEmpty { break }
        let stage = bases[random.below(bases.count)]
        let outcome = try table.apply([.stageReopened(stage, neededBy: nil)])
        guard case .reopened = outcome[0] else {
          Issue.record("\(outcome)")
          break
        }
        done[stage] = nil
      default: break
      }
      let findings = try table.reader.integrity(isOwned: true)
      #expect(findings == [], "step \(step)")
      if !findings.isEmpty { return }
      for (name, grid) in grids { try expectAgreement(grid, name, done, in: table) }
    }
    for (job, attempt) in running {
      _ = try table.apply([.attemptEnded(job, attempt, .stopped, at: 99)])
    }
    for (name, grid) in grids {
      _ = try table.reopenFailed(in: name)
      try table.completeAll(of: name)
      let runs = try table.reader.runs(in: name)
      #expect(runs.allSatisfy { $0.state == .done })
      #expect(runs == (try undisturbed(grid)))
    }
    #expect(try table.reader.integrity(isOwned: true) == [])
  }

  private func randomGrid(_ name: String, _ random: inout StreamGenerator) -> SampleGrid {
    SampleGrid(
      name: name, bases: Array(0...random.below(2)),
      temperatures: Array([0.25, 0.5, 1].prefix(1 + random.below(3))),
      seeds: Array(random.below(2)..<2 + random.below(3)),
      steps: Array([0, 1, 2, 4].dropFirst(random.below(2)).prefix(1 + random.below(4))),
      evaluationVersion: 1 + random.below(5) / 4)
  }

  /// The states and metrics of runs follow from what was acknowledged.
  private func expectAgreement(
    _ grid: SampleGrid, _ name: String, _ done: [StageKey: StageResult], in table: JobTable
  ) throws {
    let plan = grid.plan
    let runs = try table.reader.runs(in: name)
    #expect(runs.map(\.id) == plan.runs.map(\.id))
    for (run, planned) in zip(runs, plan.runs) {
      let results = planned.stages.compactMap { done[$0] }
      #expect((run.state == .done) == (results.count == planned.stages.count))
      #expect(run.metrics == results.reduce(into: [:]) { $0.merge($1.metrics) { $1 } })
    }
    let counts = try table.reader.counts(for: name, withJobs: true)
    #expect(counts.runs.total == runs.count)
    #expect(counts.runs.done == runs.count { $0.state == .done })
    #expect(counts.runs.failed == runs.count { $0.state == .failed })
    #expect(counts.runs.running == runs.count { $0.state == .running })
    let work = try table.reader.work(for: name)
    #expect(counts.jobs.total - counts.jobs.done == work.count)
    #expect(counts.jobs.failed == work.count { $0.hasFailed })
  }

  private func undisturbed(_ grid: SampleGrid) throws -> [RunRecord] {
    let fresh = TemporaryFolder()
    let table = try JobTable(path: fresh.path + "/jobs.sqlite")
    try grid.record(in: table)
    try table.completeAll(of: grid.name)
    return try table.reader.runs(in: grid.name)
  }
}
