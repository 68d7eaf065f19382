import Artifacts
import Evaluation
import Grid
import Problems
import Testing

@testable import BuiltinProgram

@Suite("Measurements that a grid asks for")
struct MeasureTests {
  private let kinds: [StageKind] = [.repetition, .samples, .drift, .logits]

  /// The runs of a grid with all measurements of every step.
  private func stages(of grid: TestGrid, steps: ClosedRange<Int>) -> [Stage] {
    let start = [grid.prepare, grid.select, grid.baseText]
    return start
      + steps.flatMap { step in
        (step > 0 ? [grid.em(step)] : []) + [grid.evaluate(step)]
          + kinds.map { grid.measure($0, grid.em(step)) }
      }
  }

  @Test("they leave what a grid has without them as it is, and give their own columns")
  func besideTheRest() throws {
    let grid = TestGrid(["evaluation_problems": .integer(8), "samples_per_problem": .integer(4)])
    let plain = Recorder(TemporaryStore().store).run(order(grid.all(steps: 0...2)))
    let recorder = Recorder(TemporaryStore().store)
    let results = recorder.run(order(stages(of: grid, steps: 0...2)))
    #expect(recorder.finished)
    for stage in grid.all(steps: 0...2) {
      #expect(results[stage.key]?.metrics == plain[stage.key]?.metrics)
      #expect(results[stage.key]?.artifacts == plain[stage.key]?.artifacts)
    }
    for kind in kinds {
      let metrics = try #require(results[grid.measure(kind, grid.em(1)).key]).metrics
      let described = BuiltinProgram.metrics.filter { $0.measurement == kind.rawValue }
      #expect(!metrics.isEmpty)
      #expect(Set(metrics.keys).isSubset(of: described.map(\.name)), "\(kind)")
    }
    let base = try #require(results[grid.measure(.drift, grid.prepare).key])
    #expect(base.metrics == ["flip_rate": 0, "base_divergence": 0])
    let later = try #require(results[grid.measure(.drift, grid.em(2)).key])
    #expect((later.metrics["base_divergence"] ?? 0) > 0)
    let histogram = try #require(results[grid.measure(.logits, grid.em(1)).key]).artifacts
    #expect(histogram.map(\.kind) == ["histogram"])
  }

  @Test("alone, and by a worker that was elsewhere between, they give the same bits")
  func alone() throws {
    let grid = TestGrid(["samples_per_problem": .integer(4)])
    let all = stages(of: grid, steps: 0...2)
    let expected = Recorder(TemporaryStore().store).run(order(all))
    let folder = TemporaryStore()
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.prepare, grid.select, grid.baseText]))
    let context = [grid.prepare, grid.select, grid.baseText, grid.em(1), grid.em(2)]
    for step in [2, 0, 1] {
      for kind in kinds.reversed() {
        let stage = grid.measure(kind, grid.em(step))
        let result = recorder.run(order([stage], context: context))[stage.key]
        #expect(result?.metrics == expected[stage.key]?.metrics, "\(kind) at \(step)")
        #expect(result?.artifacts == expected[stage.key]?.artifacts, "\(kind) at \(step)")
      }
    }
  }

  @Test("repetition looks at the answers of the evaluation, whatever was evaluated before it")
  func repetition() throws {
    let greedy = TestGrid()
    let sampled = TestGrid([
      "evaluation_temperature": .number(1), "evaluation_samples": .integer(4),
    ])
    let one = greedy.measure(.repetition, greedy.prepare)
    let other = sampled.measure(.repetition, sampled.prepare)
    #expect(one.key != other.key)
    let apart = [greedy, sampled].map { grid in
      let stage = grid.measure(.repetition, grid.prepare)
      return Recorder(TemporaryStore().store).run(order([grid.prepare, stage]))[stage.key]?.metrics
    }
    #expect(apart[0] != apart[1])
    // The answers in memory are those of another evaluation when the first one's are wanted.
    let together = Recorder(TemporaryStore().store).run(
      order([greedy.prepare, greedy.evaluate(0), sampled.evaluate(0), one, other]))
    #expect(together[one.key]?.metrics == apart[0])
    #expect(together[other.key]?.metrics == apart[1])
  }

  @Test("damaged texts of the base model are a lost artifact of the stage that wrote them")
  func damagedTexts() throws {
    let grid = TestGrid()
    let folder = TemporaryStore()
    let recorder = Recorder(folder.store)
    recorder.run(order([grid.prepare, grid.baseText]))
    try folder.store.put(
      Array("#espalier-texts,1\n1 | 9999\n".utf8),
      as: ArtifactName(key: grid.baseText.key.digest, kind: "texts"))
    let other = Recorder(folder.store)
    other.run(
      order([grid.measure(.drift, grid.prepare)], context: [grid.prepare, grid.baseText]))
    #expect(other.lostArtifact == grid.baseText.key)
  }

  @Test(
    "every measurement has rules, metrics and a sentence, and its stages are read by nothing else")
  func description() {
    let description = BuiltinProgram.description
    #expect(description.measurements.sorted() == Measurement.allCases.map(\.rawValue).sorted())
    for measurement in Measurement.allCases {
      #expect(measurement.about.hasSuffix("."))
      #expect(description.metrics.contains { $0.measurement == measurement.rawValue })
    }
    #expect(description.inconsistencies == [])
    #expect(description.measuring([]).stages.allSatisfy { $0.measurement == nil })
  }
}
