import Artifacts
import Grid
import Keys
import Testing

@testable import BuiltinProgram

/// Same stage, same bits: whatever job it is in, in whatever order, wherever it was cut, whatever the
/// worker did before.
@Suite("Stages and bits")
struct DeterminismTests {
  private static let kinds: [ParameterAssignment] = [
    ["method": .string("em"), "temperature": .number(1)],
    ["method": .string("grpo")],
    [
      "method": .string("grpo"), "updates_per_batch": .integer(3), "kl_weight": .number(0.05),
      "prompt_source": .string("selected"), "length_normalisation": .string("token"),
      "clip_high": .number(0.01), "em_steps": .integer(2),
    ],
  ]
  private static let steps = 5

  private func chain(_ kind: Int) -> (grid: TestGrid, before: [Stage], state: (Int) -> Stage) {
    let grid = TestGrid(Self.kinds[kind])
    switch kind {
    case 0: return (grid, [grid.prepare, grid.select], { grid.em($0) })
    case 1: return (grid, [grid.prepare], { grid.grpo($0) })
    default:
      let start = grid.em(2)
      return (grid, [grid.prepare, grid.select, start], { grid.grpo($0, from: start) })
    }
  }

  /// Metrics and the hashes of every artifact that a stage can leave.
  private struct Bits: Equatable {
    let metrics: [String: Double]
    let artifacts: [ArtifactReference]

    init?(_ result: StageResult?) {
      guard let result else { return nil }
      metrics = result.metrics
      artifacts = result.artifacts
    }
  }

  private func bits(_ results: [StageKey: StageResult]) -> [StageKey: Bits] {
    results.compactMapValues { Bits($0) }
  }

  @Test("cut at every step, in orders of their own, with other work before", arguments: 0..<3)
  func cuts(kind: Int) {
    let (grid, before, state) = chain(kind)
    let states = (1...Self.steps).map(state)
    let stages = before + states.flatMap { [$0, grid.evaluate($0)] }
    let whole = Recorder(TemporaryStore().store)
    let expected = bits(whole.run(order(stages, keep: states)))
    #expect(whole.finished && expected.count == stages.count)

    // Every state in an order of its own, the odd ones by a new worker, the even ones by a worker that
    // comes from another trajectory.
    let folder = TemporaryStore()
    let other = TestGrid(Self.kinds[kind].merging(["seed": .integer(7)]) { $1 })
    let busy = Recorder(folder.store)
    busy.run(order(before))
    for (index, stage) in states.enumerated() {
      let worker = index % 2 == 0 ? Recorder(folder.store) : busy
      let away = kind == 0 ? other.em(1) : other.grpo(1, from: kind == 1 ? nil : grid.em(2))
      worker.run(order([away, grid.evaluate(away)], context: before, job: 2))
      let results = bits(
        worker.run(
          order(
            [stage, grid.evaluate(stage)], context: before + states[..<index], keep: [stage],
            job: 3)))
      #expect(worker.finished)
      #expect(results[stage.key] == expected[stage.key], "step \(index + 1)")
      #expect(
        results[grid.evaluate(stage).key] == expected[grid.evaluate(stage).key],
        "step \(index + 1)")
    }
  }

  @Test("evaluations backwards, their states computed again each time", arguments: 0..<3)
  func backwards(kind: Int) {
    let (grid, before, state) = chain(kind)
    let states = (1...Self.steps).map(state)
    let evaluations = states.map { grid.evaluate($0) }
    let expected = bits(
      Recorder(TemporaryStore().store).run(
        order(before + zip(states, evaluations).flatMap { [$0, $1] })))
    let folder = TemporaryStore()
    let worker = Recorder(folder.store)
    worker.run(order(before, keep: before.filter { $0.step != nil }))
    for evaluation in evaluations.reversed() {
      let results = bits(worker.run(order([evaluation], context: before + states)))
      #expect(results[evaluation.key] == expected[evaluation.key])
    }
  }

  @Test("killed at any step, a trajectory goes on from its last checkpoint", arguments: 0..<3)
  func killed(kind: Int) throws {
    let (grid, before, state) = chain(kind)
    let last = state(Self.steps)
    let stages = [last, grid.evaluate(last)]
    let expected = bits(
      Recorder(TemporaryStore().store).run(order(before + stages, keep: [last])))
    let folder = TemporaryStore()
    Recorder(folder.store).run(order(before, keep: before.filter { $0.step != nil }))
    var left: [Int: TemporaryStore] = [:]
    // The clock ticks at every look, so that every step is told and saved.
    let first = Recorder(folder.store, checkpointInterval: 1) { event in
      if case .progress(_, _, last.key, let done, _, _, _) = event {
        left[done] = try? folder.copy()
      }
    }
    let through = bits(first.run(order(stages, context: before, keep: [last])))
    #expect(through[last.key] == expected[last.key])
    #expect(left.keys.sorted() == Array(1...Self.steps))
    let checkpoint = ArtifactName(key: last.trajectory.digest, kind: "checkpoint")
    #expect(!folder.store.contains(checkpoint))
    for (done, store) in left.sorted(by: { $0.key < $1.key }) {
      // A step is told before it is saved.
      #expect(store.store.contains(checkpoint) == (done > 1))
      var firstStep: Int?
      let second = Recorder(store.store, checkpointInterval: 1) { event in
        if case .progress(_, _, last.key, let done, _, _, _) = event, firstStep == nil {
          firstStep = done
        }
      }
      let results = bits(second.run(order(stages, context: before, keep: [last])))
      #expect(second.finished)
      #expect(firstStep == done)
      #expect(results == through)
      #expect(!store.store.contains(checkpoint))
    }
  }

  @Test("a damaged checkpoint is passed over, and adds no time", arguments: [false, true])
  func damagedCheckpoint(withNote: Bool) throws {
    let (_, before, state) = chain(1)
    let expected = bits(
      Recorder(TemporaryStore().store).run(order(before + [state(2)], keep: [state(2)])))
    let folder = TemporaryStore()
    Recorder(folder.store).run(order(before))
    var damaged = Array("no state".utf8)
    if withNote { CheckpointNote(stage: state(2).key, seconds: 1e6).append(to: &damaged) }
    try folder.store.put(
      damaged, as: ArtifactName(key: state(2).trajectory.digest, kind: "checkpoint"))
    let results = Recorder(folder.store).run(order([state(2)], context: before, keep: [state(2)]))
    #expect(bits(results)[state(2).key] == expected[state(2).key])
    #expect(try #require(results[state(2).key]).seconds < 1e6)
  }

  /// The evaluation goes back to the state by the trajectory's checkpoint, which was made at work on the
  /// training, and then to its own.
  @Test("the time of an evaluation counts what was measured before a kill")
  func timeOfAnEvaluation() throws {
    let grid = TestGrid([
      "evaluation_temperature": .number(1), "evaluation_samples": .integer(40),
      "evaluation_problems": .integer(10),
    ])
    let state = grid.em(2)
    let evaluation = grid.evaluate(2)
    let before = [grid.prepare, grid.select]
    let folder = TemporaryStore()
    Recorder(folder.store).run(order(before))
    var left: TemporaryStore?
    var told = 0
    let first = Recorder(folder.store, checkpointInterval: 1) { event in
      if case .progress(_, _, evaluation.key, _, _, unit: "answers", _) = event {
        told += 1
        if told == 3 { left = try? folder.copy() }
      }
    }
    let whole = first.run(order([state, evaluation], context: before))
    #expect(told > 3)
    let second = Recorder(try #require(left).store, checkpointInterval: 1)
    let resumed = second.run(order([evaluation], context: before + [state]))
    #expect(bits(resumed)[evaluation.key] == bits(whole)[evaluation.key])
    // Up to the looks at the clock on the way back to the state, and around the checkpoint.
    let seconds = try #require(resumed[evaluation.key]).seconds
    let expected = try #require(whole[evaluation.key]).seconds
    #expect(expected > 10 && seconds >= expected - 5 && seconds <= expected + 15)
  }

  @Test("a selection and an evaluation that were killed go on where they were", arguments: [0, 1])
  func killedOthers(which: Int) throws {
    let grid = TestGrid([
      "selection_prompts": .integer(20), "evaluation_temperature": .number(1),
      "evaluation_samples": .integer(40), "evaluation_problems": .integer(5),
    ])
    let stage = which == 0 ? grid.select : grid.evaluate(0)
    let folder = TemporaryStore()
    Recorder(folder.store).run(order([grid.prepare]))
    var left: TemporaryStore?
    var told: [Int] = []
    let first = Recorder(folder.store, checkpointInterval: 1) { event in
      if case .progress(_, _, stage.key, let done, _, _, _) = event {
        told.append(done)
        if told.count == 2 { left = try? folder.copy() }
      }
    }
    let expected = bits(first.run(order([stage], context: [grid.prepare])))
    #expect(told.count > 2)
    var again: [Int] = []
    let second = Recorder(try #require(left).store, checkpointInterval: 1) { event in
      if case .progress(_, _, stage.key, let done, _, _, _) = event { again.append(done) }
    }
    #expect(bits(second.run(order([stage], context: [grid.prepare]))) == expected)
    #expect(again == Array(told.dropFirst()))
  }
}
