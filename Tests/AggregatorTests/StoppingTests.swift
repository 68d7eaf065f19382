import Grid
import Testing

@testable import Aggregator

@Suite("Rules of early stopping")
struct StoppingTests {
  /// Three trajectories of five steps, given in no order; the third lacks a value.
  private func table() -> RunTable {
    var table = RunTable(
      axes: [("seed", []), ("step", [])], metrics: ["accuracy", "entropy", "vote"])
    let accuracy = [
      [0.4, 0.5, 0.7, 0.6, 0.2], [0.4, 0.6, 0.5, 0.8, 0.9], [0.4, 0.5, 0.6, 0.7, 0.8],
    ]
    let entropy: [[Double?]] = [
      [1, 0.8, 0.5, 0.3, 0.1], [2, 1.9, 1.8, 1.7, 1.6], [1, nil, 1, 1, 1],
    ]
    let vote = [
      [0.3, 0.5, 0.51, 0.7, 0.7], [0.3, 0.29, 0.6, 0.7, 0.8], [0.1, 0.2, 0.3, 0.4, 0.5],
    ]
    for step in [3, 0, 4, 2, 1] {
      for seed in 0..<3 {
        table.append(
          axisValues: [.integer(seed), .integer([0, 1, 3, 10, 20][step])], state: .done,
          metrics: [accuracy[seed][step], entropy[seed][step], vote[seed][step]])
      }
    }
    return table
  }

  private func analysis(_ rule: Stopping.Rule, fixed: Double? = 10) throws -> StoppingAnalysis {
    try StoppingAnalysis(
      table(), Stopping(axis: "step", metric: "accuracy", fixed: fixed, rules: [rule]))
  }

  private func isNear(_ value: Double?, _ wanted: Double) -> Bool {
    value.map { abs($0 - wanted) < 1e-12 } ?? false
  }

  @Test func shareOfStart() throws {
    let analysis = try analysis(.init(metric: "entropy", criterion: .shareOfStart(0.5)))
    #expect(analysis.trajectories == 3)
    #expect(analysis.verdicts.count == 2)
    let verdict = analysis.verdicts[1]
    // Stops at step 3 with .7, the best; never with the second, which ends at 20 with .9, the best.
    #expect(verdict.value.count == 2)
    #expect(verdict.fired == 1)
    #expect(isNear(verdict.step.mean, 11.5))
    #expect(isNear(verdict.value.mean, 0.8))
    #expect(isNear(verdict.regret.mean, 0))
    #expect(isNear(verdict.gain.mean, (0.1 + 0.1) / 2))
  }

  @Test func above() throws {
    let verdict = try analysis(.init(metric: "vote", criterion: .above(0.5))).verdicts[1]
    // Steps 3 (.7), 3 (.5) and, never, 20 (.8).
    #expect(verdict.value.count == 3)
    #expect(verdict.fired == 2)
    #expect(isNear(verdict.step.mean, 26.0 / 3))
    #expect(isNear(verdict.regret.mean, (0 + 0.4 + 0) / 3))
    #expect(isNear(verdict.gain.mean, (0.1 - 0.3 + 0.1) / 3))
  }

  @Test func plateau() throws {
    let verdict = try analysis(.init(metric: "vote", criterion: .gainBelow(0.05))).verdicts[1]
    // Steps 3 (.7), 1 (.6: the vote falls) and, never, 20 (.8).
    #expect(verdict.fired == 2)
    #expect(isNear(verdict.step.mean, 8))
    #expect(isNear(verdict.regret.mean, (0 + 0.3 + 0) / 3))
  }

  @Test func fixedStep() throws {
    let analysis = try analysis(.init(metric: "vote", criterion: .above(9)))
    let fixed = analysis.verdicts[0]
    #expect(fixed.rule == nil)
    #expect(isNear(fixed.step.mean, 10))
    #expect(isNear(fixed.regret.mean, (0.1 + 0.1 + 0.1) / 3))
    #expect(isNear(fixed.gain.mean, 0))
    // Never: the last steps, .2 .9 .8 against .7 .9 .8.
    #expect(analysis.verdicts[1].fired == 0)
    #expect(isNear(analysis.verdicts[1].regret.mean, 0.5 / 3))
    let without = try self.analysis(.init(metric: "vote", criterion: .above(9)), fixed: nil)
    #expect(without.verdicts.count == 1 && without.verdicts[0].gain.count == 0)
  }

  @Test func whatIsNotThereHasNoVerdict() throws {
    let verdict = try analysis(.init(metric: "missing", criterion: .above(0))).verdicts[1]
    #expect(verdict.value.count == 0 && verdict.regret.mean == nil)
    #expect(throws: AggregationFault.unknownAxis("epoch", known: ["seed", "step"])) {
      try StoppingAnalysis(
        table(), Stopping(axis: "epoch", metric: "accuracy", fixed: nil, rules: []))
    }
  }
}
