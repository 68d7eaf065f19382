import Grid
import Planner
import Testing

@testable import BuiltinProgram

/// What each method and each variation of entropy minimization does to a model.
@Suite("Methods and variations")
struct MethodTests {
  private func run(_ changes: ParameterAssignment, step: Int) -> (TestGrid, [String: Double]) {
    let grid = TestGrid(changes.merging(["pretraining_steps": .integer(60)]) { own, _ in own })
    // Supervised tuning takes problems as they come.
    let isSupervised = changes["method"] == .string("sft")
    let state = isSupervised ? grid.sft(step) : grid.em(step)
    let stages = isSupervised ? [grid.prepare, state] : [grid.prepare, grid.select, state]
    let recorder = Recorder(TemporaryStore().store)
    let results = recorder.run(order(stages))
    #expect(recorder.finished, "\(String(describing: recorder.failure))")
    return (grid, results[state.key]?.metrics ?? [:])
  }

  @Test("variations are left out of keys where they are not chosen")
  func keys() throws {
    let plain = TestGrid().em(1)
    let others: ParameterAssignment = [
      "late_fraction": .number(0.5), "probability_smoothing": .number(1),
      "entropy_rate": .number(0.3), "kl_budget": .number(1), "kl_budget_steps": .integer(3),
      "adaptation_gain": .number(1), "adapted_setting": .string("loss_temperature"),
      "sft_batch": .integer(7), "schedule": .string("sft"),
    ]
    #expect(TestGrid(others).em(1) == plain)
    let known = [
      "accumulation", "batch", "clip", "learning_rate", "loss_temperature", "mask",
      "maximum_tokens", "objective", "prompt", "repetition_penalty", "seed", "temperature",
      "top_p", "weight_decay",
    ]
    #expect(plain.parameters.keys.sorted() == known && plain.version == 4)
    for (name, value) in [
      ("direction", ParameterValue.string("maximise")), ("mask", .string("late")),
      ("entropy_floor", .number(0.1)), ("em_kl_weight", .number(0.1)),
      ("adaptation", .string("kl_budget")), ("objective", .string("self_certainty")),
    ] {
      #expect(TestGrid([name: value]).em(1) != plain, "\(name)")
    }
  }

  @Test("supervised tuning lowers the loss of worked solutions")
  func supervised() {
    let changes: ParameterAssignment = [
      "method": .string("sft"), "sft_learning_rate": .number(2e-3),
    ]
    let (_, first) = run(changes, step: 1)
    let (_, last) = run(changes, step: 30)
    #expect((last["loss"] ?? 9) < (first["loss"] ?? 0) - 0.3)
  }

  /// The quantity itself, at its start and after some steps.
  @Test(
    "each objective's own quantity falls",
    arguments: [
      "entropy", "self_certainty", "sequence_log_probability", "sequence_probability",
    ])
  func falls(objective: String) {
    let changes: ParameterAssignment = [
      "objective": .string(objective), "learning_rate": .number(2e-3), "temperature": .number(1),
      "loss_temperature": .number(1), "top_p": .number(1), "batch": .integer(32),
      // Before that whole answers have probabilities of nearly nothing.
      "pretraining_steps": .integer(400),
    ]
    let (_, first) = run(changes, step: 1)
    let (_, last) = run(changes, step: 12)
    #expect((last["loss"] ?? 9) < (first["loss"] ?? 0))
  }

  @Test("maximised, the entropy rises; a divergence is reported and small at first")
  func controls() {
    let changes: ParameterAssignment = [
      "direction": .string("maximise"), "learning_rate": .number(2e-3),
      "em_kl_weight": .number(0.1),
    ]
    let (_, first) = run(changes, step: 1)
    let (_, last) = run(changes, step: 12)
    #expect((last["sample_entropy"] ?? 0) > (first["sample_entropy"] ?? 9))
    #expect(first["kl"] == 0 && (last["kl"] ?? 0) > 0)
  }

  @Test("a budget of divergence is spent and held by the learning rate")
  func budget() {
    let changes: ParameterAssignment = [
      "adaptation": .string("kl_budget"), "kl_budget": .number(0.02),
      "learning_rate": .number(1e-3), "temperature": .number(1), "batch": .integer(16),
    ]
    let grid = TestGrid(changes.merging(["pretraining_steps": .integer(60)]) { own, _ in own })
    let states = (1...25).map(grid.em)
    let results = Recorder(TemporaryStore().store).run(
      order([grid.prepare, grid.select] + states))
    let shares = states.compactMap { results[$0.key]?.metrics["update_share"] }
    let metrics = results[states[24].key]?.metrics ?? [:]
    #expect(shares.count == 25 && shares.contains { $0 < 1 } && shares.contains { $0 > 0 })
    #expect(shares.allSatisfy { $0 == 0 || (0...6).map { 1 / Double(1 << $0) }.contains($0) })
    let kl = metrics["kl"] ?? 0
    #expect(kl > 0.01 && kl < 0.04, "\(kl)")
    #expect((metrics["adaptation_factor"] ?? 1) != 1)
  }
}
