import Artifacts
import Foundation
import Grid
import Testing

@testable import BuiltinProgram

@Suite("Carrying out job orders")
struct JobRunnerTests {
  let grid = TestGrid()
  let folder = TemporaryStore()

  /// What one order with everything in it gives.
  private func whole(steps: ClosedRange<Int> = 0...3, grid: TestGrid) -> [StageKey: StageResult] {
    let recorder = Recorder(TemporaryStore().store)
    let results = recorder.run(order(grid.all(steps: steps), keep: [grid.em(steps.upperBound)]))
    #expect(recorder.finished)
    return results
  }

  private func expectSame(_ one: StageResult?, _ other: StageResult?) {
    #expect(one != nil)
    #expect(one?.metrics == other?.metrics)
    #expect(one?.artifacts == other?.artifacts)
  }

  @Test("one order completes its stages in order, with metrics and artifacts")
  func oneOrder() {
    let results = whole(grid: grid)
    #expect(results.count == grid.all(steps: 0...3).count)
    #expect(results[grid.prepare.key]?.artifacts.map(\.kind) == ["state"])
    #expect(results[grid.select.key]?.artifacts.map(\.kind) == ["prompts"])
    #expect(results[grid.em(2).key]?.artifacts == [])
    #expect(results[grid.em(3).key]?.artifacts.map(\.kind) == ["state", "optimizer"])
    #expect(results[grid.evaluate(1).key]?.artifacts.map(\.kind) == ["outcomes"])
    let described = Set(
      (BuiltinProgram.metrics + BuiltinProgram.baseMetrics + BuiltinProgram.selectionMetrics)
        .map(\.name))
    for result in results.values { #expect(Set(result.metrics.keys).isSubset(of: described)) }
    #expect(results[grid.evaluate(0).key]?.metrics["accuracy"] != nil)
    #expect(results[grid.em(1).key]?.metrics["loss"] != nil)
  }

  @Test("separate orders in separate workers give the same bits as one order")
  func separateOrders() {
    let expected = whole(grid: grid)
    var context: [Stage] = []
    for stage in grid.all(steps: 0...3) {
      let recorder = Recorder(folder.store)
      let results = recorder.run(
        order([stage], context: context, keep: stage == grid.em(2) ? [stage] : []))
      #expect(recorder.finished)
      if stage.key != grid.em(2).key, stage.key != grid.em(3).key {
        expectSame(results[stage.key], expected[stage.key])
      }
      #expect(results[stage.key]?.metrics == expected[stage.key]?.metrics)
      context.append(stage)
    }
  }

  @Test("evaluations in any order, by a worker that was elsewhere between, give the same bits")
  func anyOrder() {
    let expected = whole(grid: grid)
    let other = TestGrid(["seed": .integer(9)])
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.prepare, grid.select]))
    let context = [grid.prepare, grid.select] + (1...3).map(grid.em)
    for step in [3, 1, 2, 0] {
      recorder.run(
        order([other.em(1)], context: [grid.prepare, grid.select]))
      let results = recorder.run(order([grid.evaluate(step)], context: context))
      expectSame(results[grid.evaluate(step).key], expected[grid.evaluate(step).key])
    }
  }

  @Test("a trajectory goes on from its kept state to the bits of one that ran through")
  func continued() {
    let expected = whole(grid: grid)
    Recorder(folder.store).run(order(grid.all(steps: 0...2), keep: [grid.em(2)]))
    let recorder = Recorder(folder.store)
    let results = recorder.run(
      order(
        [grid.em(3), grid.evaluate(3)],
        context: [grid.prepare, grid.select, grid.em(1), grid.em(2)],
        keep: [grid.em(3)]))
    #expect(recorder.finished)
    expectSame(results[grid.em(3).key], expected[grid.em(3).key])
    expectSame(results[grid.evaluate(3).key], expected[grid.evaluate(3).key])
  }

  @Test("a preparation that was killed goes on from its checkpoint to the same bits")
  func killedPreparation() throws {
    let expected = Recorder(TemporaryStore().store).run(order([grid.prepare]))
    var killed: TemporaryStore?
    // The clock ticks a few times a step, so every step is saved and reported.
    let recorder = Recorder(folder.store, checkpointInterval: 1) { [folder] event in
      if case .progress(_, _, _, done: 20, _, _, _) = event { killed = try? folder.copy() }
    }
    let whole = recorder.run(order([grid.prepare]))[grid.prepare.key]
    expectSame(whole, expected[grid.prepare.key])
    let left = try #require(killed)
    let checkpoint = ArtifactName(key: grid.prepare.key.digest, kind: "checkpoint")
    var bytes = try left.store.get(checkpoint)
    let saved = try #require(CheckpointNote.remove(from: &bytes))
    var firstStep: Int?
    let second = Recorder(left.store, checkpointInterval: 1) { event in
      if case .progress(_, _, _, let done, _, _, _) = event, firstStep == nil { firstStep = done }
    }
    let resumed = second.run(order([grid.prepare]))[grid.prepare.key]
    expectSame(resumed, expected[grid.prepare.key])
    // Both attempts count, up to the looks at the clock around the checkpoint.
    #expect(saved.stage == grid.prepare.key && saved.seconds > 20)
    let seconds = try #require(resumed?.seconds)
    #expect(abs(seconds - (whole?.seconds ?? 0)) <= 5)
    #expect((firstStep ?? 0) >= 20)
    #expect(!left.store.contains(checkpoint))
  }

  @Test("drained at any moment, a job loses no step and comes to the same bits")
  func drained() {
    let expected = whole(grid: grid)
    let all = grid.all(steps: 0...3)
    var done: [StageKey: StageResult] = [:]
    var orders = 0
    while done.count < all.count, orders < 100 {
      orders += 1
      var progressed = 0
      let recorder = Recorder(folder.store)
      let left = all.filter { done[$0.key] == nil }
      // In the midst of the preparation, then at whatever comes first.
      let results = recorder.run(
        order(left, context: all.filter { done[$0.key] != nil }, keep: [grid.em(3)])
      ) { event in
        switch event {
        case .progress(_, _, grid.prepare.key, _, _, _, _):
          progressed += 1
          if progressed >= 15 { recorder.isDraining = true }
        case .progress, .completed: recorder.isDraining = true
        default: break
        }
      }
      done.merge(results) { $1 }
      #expect(recorder.finished == (done.count == all.count))
      #expect(recorder.failure == nil)
    }
    #expect(orders >= all.count)
    for stage in all { #expect(done[stage.key]?.metrics == expected[stage.key]?.metrics) }
    // A state that was left is kept, so that nobody walks there again.
    #expect(done[grid.em(1).key]?.artifacts.map(\.kind) == ["state", "optimizer"])
  }

  @Test("a store that cannot be written is told as that, not as the job's failure")
  func brokenStore() throws {
    try Data("in the way".utf8).write(to: folder.folder)
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.prepare]))
    guard case .storeFailed(_, _, let message)? = recorder.events.last else {
      Issue.record("\(String(describing: recorder.events.last))")
      return
    }
    #expect(message.contains(folder.store.folder))
  }

  @Test("a missing base model is a lost artifact, and the worker goes on with the next order")
  func lostArtifact() {
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.select], context: [grid.prepare]))
    #expect(recorder.lostArtifact == grid.prepare.key)
    recorder.run(order([grid.prepare, grid.select]))
    #expect(recorder.finished)
  }

  @Test("a damaged base model is a lost artifact")
  func damagedArtifact() throws {
    Recorder(folder.store).run(order([grid.prepare]))
    try folder.store.put(
      Array("no model".utf8), as: ArtifactName(key: grid.prepare.key.digest, kind: "state"))
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.evaluate(0)], context: [grid.prepare]))
    #expect(recorder.lostArtifact == grid.prepare.key)
  }

  @Test("a diverging loss is a failure that names the step")
  func nonFinite() {
    // Each step multiplies the weights by 1 − 10 · 10.
    let wild = TestGrid(["learning_rate": .number(10), "weight_decay": .number(10)])
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.prepare, grid.select, wild.em(40)]))
    #expect(recorder.failure?.reason == .nonFinite)
    #expect(recorder.failure?.message.contains("step ") == true)
    recorder.run(order([grid.evaluate(0)], context: [grid.prepare]))
    #expect(recorder.finished)
  }

  @Test("a prompt beyond the candidates, and uneven micro-batches, are failures with the remedy")
  func unusableSettings() {
    let recorder = Recorder(folder.store)
    let beyond = TestGrid(["prompt": .integer(4)])
    recorder.run(order(beyond.all(steps: 1...1)))
    #expect(
      recorder.failure?.message
        == "there is no prompt of rank 4 among 4 candidates; choose a prompt "
        + "below selection_prompts")
    let uneven = TestGrid(["accumulation": .integer(3)])
    recorder.run(order([uneven.em(1)], context: [grid.prepare, grid.select]))
    #expect(
      recorder.failure?.message
        == "a batch of 8 samples does not divide into 3 equal micro-batches; "
        + "choose an accumulation that divides the batch")
  }

  @Test("a stage of an unknown kind or version is a failure of the protocol")
  func unknownStage() {
    let recorder = Recorder(folder.store)
    recorder.run(order([Stage(kind: "prepare", version: 99, parameters: [:], parents: [])]))
    #expect(recorder.failure?.reason == .protocolViolation)
    recorder.run(order([Stage(kind: "bake", version: 1, parameters: [:], parents: [])]))
    #expect(recorder.failure?.reason == .protocolViolation)
  }
}
