import Keys
import Problems
import Statistics
import Testing

@testable import Evaluation
@testable import LanguageModel

@Suite struct EvaluateTests {
  /// Stands in for a model: answers a prompt right if the sample's first number is below 0.6, wrong
  /// below 0.8, else without an answer; and notes how it was called.
  private final class Script {
    var batches: [Int] = []
    var solutions: [[Int32]: [Int32]] = [:]

    init(_ sets: [ProblemSet]) {
      for set in sets {
        for problem in set.problems { solutions[problem.prompt] = problem.workedSolution }
      }
    }

    func generate(
      _ prompts: [[Int32]], _ settings: SamplingSettings, _ uniform: (Int, Int) -> Float
    ) -> [Generation] {
      batches.append(prompts.count)
      return prompts.indices.map { row in
        let draw = settings.temperature == 0 ? 0 : uniform(row, 0)
        var tokens = solutions[prompts[row]]!
        if draw >= 0.8 {
          tokens = [tokens[0]]
        } else if draw >= 0.6 {
          // Another last digit.
          let digit = tokens[tokens.count - 2]
          tokens[tokens.count - 2] = digit == 1 ? 2 : digit - 1
        }
        return Generation(
          tokens: tokens, finished: tokens.last == Vocabulary.end,
          logProbabilities: tokens.map { _ in -draw }, entropies: tokens.map { _ in 2 * draw })
      }
    }
  }

  private func evaluated(
    _ sets: [ProblemSet], temperature: Double, samples: Int, seed: UInt64 = 1
  ) throws -> (result: EvaluationResult, batches: [Int]) {
    let script = Script(sets)
    let settings = EvaluationSettings(
      temperature: temperature, samples: samples, seed: seed, maximumNewTokens: 48)
    let result = try evaluate(on: sets, settings: settings, generate: script.generate)
    return (result, script.batches)
  }

  @Test func greedyTakesOneSample() throws {
    let sets = try ProblemSet.benchmarks(split: .development, count: 8)
    let (result, batches) = try evaluated(sets, temperature: 0, samples: 16)
    #expect(batches == [32])
    #expect(result.outcomes.count == 32)
    for (number, outcome) in result.outcomes.enumerated() {
      let problem = sets[number / 8].problems[number % 8]
      #expect(outcome.set == sets[number / 8].name)
      #expect(outcome.index == number % 8)
      #expect(outcome.kind == problem.kind)
      #expect(outcome.expected == problem.answer)
      #expect(outcome.samples.count == 1)
      #expect(outcome.samples[0].answer == problem.answer)
      #expect(outcome.samples[0].terminated)
      #expect(outcome.samples[0].length == problem.workedSolution.count)
    }
    #expect(result.value(of: .accuracy) == 1)
    #expect(result.value(of: .passAt(1)) == 1)
    #expect(result.value(of: .passAt(4)) == nil)
  }

  /// Every figure against a recount straight from the draws.
  @Test func metricsAreMeansOverSamplesThenProblemsThenSets() throws {
    // Sets of different lengths count alike.
    let sets = [
      try ProblemSet.benchmark(.easy, split: .development, count: 20),
      try ProblemSet.benchmark(.mixed, split: .development, count: 5),
    ]
    let (result, batches) = try evaluated(sets, temperature: 1, samples: 24, seed: 9)
    #expect(batches == [256, 256, 88])

    var accuracies: [Double] = []
    var formats: [Double] = []
    var ends: [Double] = []
    var entropies: [Double] = []
    var passes: [Double] = []
    for set in sets {
      let stream = RandomStream(seed: 9, purpose: RandomPurpose("evaluate/\(set.name)"))
      let draws = set.problems.indices.map { problem in
        (0..<24).map { stream.uniform(0, problem, $0, 0) }
      }
      func mean(_ value: (Float) -> Double) -> Double {
        draws.joined().reduce(0) { $0 + value($1) } / Double(24 * set.problems.count)
      }
      accuracies.append(mean { $0 < 0.6 ? 1 : 0 })
      formats.append(mean { $0 < 0.8 ? 1 : 0 })
      ends.append(mean { $0 < 0.8 ? 1 : 0 })
      entropies.append(mean { Double(2 * $0) })
      passes.append(
        draws.reduce(0) { $0 + AnswerRates.passAt(4, samples: 24, correct: $1.count { $0 < 0.6 }) }
          / Double(draws.count))
    }
    func expect(_ metric: Metric, _ value: Double) {
      let measured = result.value(of: metric)
      #expect(measured.map { abs($0 - value) < 1e-9 } == true, "\(metric): \(measured ?? -1)")
    }
    expect(.accuracy, (accuracies[0] + accuracies[1]) / 2)
    expect(.accuracyOn(.easy), accuracies[0])
    expect(.accuracyOn(.mixed), accuracies[1])
    expect(.formatRate, (formats[0] + formats[1]) / 2)
    expect(.terminationRate, (ends[0] + ends[1]) / 2)
    expect(.meanEntropy, (entropies[0] + entropies[1]) / 2)
    expect(.meanLogProbability, -(entropies[0] + entropies[1]) / 4)
    expect(.passAt(1), (accuracies[0] + accuracies[1]) / 2)
    expect(.passAt(4), (passes[0] + passes[1]) / 2)
    #expect(result.value(of: .accuracyOn(.hard)) == nil)
    #expect(result.value(of: .passAt(64)) == nil)
    let names = result.metrics.map(\.metric.name)
    #expect(
      names == [
        "accuracy", "accuracy_mixed", "accuracy_easy", "format_rate", "termination_rate",
        "mean_tokens", "mean_entropy", "mean_log_probability", "pass_at_1", "pass_at_4",
        "pass_at_16",
      ])
  }

  /// A sample's draws depend on its own place: not on the other sets, their order, or the number of
  /// problems and samples.
  @Test func drawsDependOnTheirPlaceAlone() throws {
    let sets = try ProblemSet.benchmarks(split: .benchmark, count: 40)
    let (all, _) = try evaluated(sets, temperature: 0.7, samples: 8)
    let (backwards, _) = try evaluated(sets.reversed(), temperature: 0.7, samples: 8)
    for set in sets {
      let one = all.outcomes.filter { $0.set == set.name }
      #expect(backwards.outcomes.filter { $0.set == set.name } == one)
      let (alone, _) = try evaluated([set], temperature: 0.7, samples: 8)
      #expect(alone.outcomes == one)
      let shorter = try ProblemSet.benchmark(
        #require(Benchmark(rawValue: set.name)), split: .benchmark, count: 3)
      let (few, _) = try evaluated([shorter], temperature: 0.7, samples: 2)
      for (outcome, longer) in zip(few.outcomes, one) {
        #expect(outcome.samples == Array(longer.samples.prefix(2)))
      }
    }
    #expect(try evaluated(sets, temperature: 0.7, samples: 8, seed: 2).result != all)
  }

  @Test func divergedModelsAreNamed() throws {
    let sets = [try ProblemSet.benchmark(.words, split: .development, count: 3)]
    let settings = EvaluationSettings(temperature: 0, samples: 1, seed: 0, maximumNewTokens: 4)
    #expect(throws: EvaluationError.notFinite(set: "words", problem: 1)) {
      try evaluate(on: sets, settings: settings) { prompts, _, _ in
        prompts.indices.map { row in
          Generation(
            tokens: [0], finished: true, logProbabilities: [row == 1 ? .nan : -1],
            entropies: [row == 2 ? .infinity : 1])
        }
      }
    }
  }

  @Test func metricsAreFoundByName() {
    let names = Metric.all.map(\.name)
    #expect(Set(names).count == names.count)
    for metric in Metric.all {
      #expect(Metric(name: metric.name) == metric)
      #expect(!metric.about.isEmpty)
      #expect(metric.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
    }
    #expect(Metric(name: "pass_at_3") == nil)
  }
}
