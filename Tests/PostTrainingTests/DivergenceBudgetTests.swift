import Glibc
import LanguageModel
import Problems
import Testing

@testable import PostTraining

@Suite("Entropy minimization within a budget of divergence")
struct DivergenceBudgetTests {
  private static let budget = 0.02

  private func settings(_ setting: Adaptation.Setting) -> EntropyMinimizationSettings {
    var settings = EntropyMinimizationSettings()
    settings.batch = 8
    settings.maximumTokens = 12
    settings.temperature = 1
    // Without a budget that spends more than all of it in the first step, and ten times that later.
    settings.learningRate = 2e-2
    settings.adaptation.target = .klBudget
    settings.adaptation.setting = setting
    settings.adaptation.klBudget = Self.budget
    settings.adaptation.klBudgetSteps = 4
    return settings
  }

  /// A model that is less than certain of some tokens, and certain of others.
  private func model(scale: Float = 4) -> Transformer {
    let model = Transformer(smallConfiguration(), seed: 1)
    for parameter in model.parameters where parameter.kind != .gain {
      for i in parameter.range { model.weights[i] *= scale }
    }
    return model
  }

  private func training(
    _ settings: EntropyMinimizationSettings, start: Transformer? = nil, earlierSteps: Int = 0
  ) throws -> EntropyMinimization {
    let prompts = try ProblemSet.adaptation(count: 1, seed: 0).problems.map(\.prompt)
    return try EntropyMinimization(
      model: start ?? model(), reference: model(), prompts: prompts, settings: settings, seed: 3,
      earlierSteps: earlierSteps)
  }

  /// Each step on the same ones, so that what an update was held to is what the next one measures.
  private func fixedSamples() -> [(prompt: Int, tokens: [Int32])] {
    (0..<6).map { (sample: Int32) in
      let tokens: [Int32] = (0..<5 + sample).map { (7 * $0 + 5 * sample) % 49 }
      return (prompt: 0, tokens: tokens)
    }
  }

  @Test(
    "on the samples of its steps it is kept to the last digit, and spent",
    arguments: Adaptation.Setting.allCases)
  func kept(setting: Adaptation.Setting) throws {
    let training = try training(settings(setting))
    let steps = try (0..<12).map { _ in try training.update(on: fixedSamples()) }
    let divergences = steps.compactMap(\.divergence)
    #expect(divergences.count == 12)
    for (made, divergence) in divergences.enumerated() {
      #expect(divergence <= Self.budget * min(1, Double(made) / 4), "\(made): \(divergences)")
    }
    #expect(divergences.last! > 0.8 * Self.budget, "\(divergences)")
    let shares = steps.compactMap(\.share)
    #expect(shares.count == 12 && shares.contains { $0 > 0 && $0 < 1 })
    let halvings = (0...6).map { 1 / Double(1 << $0) }
    #expect(shares.allSatisfy { $0 == 0 || halvings.contains($0) })
  }

  @Test(
    "on new samples each step it is held by either setting, and training goes on",
    arguments: Adaptation.Setting.allCases)
  func held(setting: Adaptation.Setting) throws {
    var settings = settings(setting)
    var halfway: [Float] = []
    var end: [Float] = []
    func steps() throws -> [EntropyMinimization.Step] {
      let training = try training(settings)
      defer { end = Array(training.model.weights) }
      return try (0..<16).map { step in
        if step == 8 { halfway = Array(training.model.weights) }
        return try training.advance()
      }
    }
    let held = try steps()
    #expect(!end.elementsEqual(halfway))
    let divergences = held.compactMap(\.divergence)
    // Other samples than those that the update was measured on: they say a little more or less.
    #expect(divergences.count == 16 && divergences.allSatisfy { $0 < 1.5 * Self.budget })
    // It is spent, not saved, and not by standing still.
    #expect(divergences.suffix(8).reduce(0, +) / 8 > 0.25 * Self.budget, "\(divergences)")
    #expect(held.suffix(8).contains { ($0.share ?? 0) > 0 }, "\(held.map(\.share))")
    settings.adaptation.target = .none
    settings.divergenceWeight = 1e-9
    let free = try steps()
    #expect(free.allSatisfy { $0.share == nil })
    let spent = free.compactMap(\.divergence)
    #expect(spent[1] > 0.03 && spent.max()! > 10 * Self.budget, "\(spent)")
  }

  @Test("a start above the budget: an update that raises the divergence is left out, bits and all")
  func leftOut() throws {
    let start = model(scale: 8)
    let before = Array(start.weights)
    for setting in Adaptation.Setting.allCases {
      let training = try training(settings(setting), start: Transformer(copying: start))
      var steps: [EntropyMinimization.Step] = []
      for _ in 0..<3 {
        steps.append(try training.update(on: fixedSamples()))
        #expect(training.model.weights.elementsEqual(before))
      }
      #expect(steps[0].divergence! > Self.budget)
      #expect(steps.map(\.share) == [0, 0, 0])
      // One refusal halves a learning rate, once; the excess of the divergence does the rest.
      let fall = setting == .learningRate ? 0.5 : 1.0
      let excess = settings(setting).adaptation.gain
      #expect(steps[0].factor == 1)
      #expect(abs(steps[1].factor! - fall * exp(-excess)) < 1e-12)
    }
  }

  @Test("a start above the budget: an update that lowers the divergence is made")
  func lowering() throws {
    var settings = settings(.learningRate)
    // Back to the base model, which is less certain.
    settings.direction = .maximise
    settings.learningRate = 1e-3
    let training = try training(settings, start: model(scale: 8))
    let steps = try (0..<6).map { _ in try training.update(on: fixedSamples()) }
    let divergences = steps.compactMap(\.divergence)
    #expect(divergences[0] > 2 * Self.budget)
    #expect(zip(divergences, divergences.dropFirst()).allSatisfy { $1 <= $0 }, "\(divergences)")
    #expect(divergences[5] < 0.95 * divergences[0], "\(divergences)")
    #expect(steps.contains { ($0.share ?? 0) > 0 })
  }

  @Test("the course counts the steps of earlier phases of a schedule")
  func laterPhase() throws {
    func afterOne(earlier: Int) throws -> (factor: Double?, divergence: Double) {
      let training = try training(settings(.learningRate), earlierSteps: earlier)
      let first = try training.update(on: fixedSamples())
      return (first.factor, try training.update(on: fixedSamples()).divergence ?? .nan)
    }
    let first = try afterOne(earlier: 0)
    #expect(first.factor == 1 && first.divergence <= Self.budget / 4)
    // Nothing is spent of what may be: the first step is made with a larger rate already.
    let later = try afterOne(earlier: 10)
    #expect(abs((later.factor ?? 0) - exp(0.5)) < 1e-12)
    #expect(later.divergence > Self.budget / 4 && later.divergence <= Self.budget)
  }

  @Test("an update that leaves no finite divergence is an error, and undone")
  func overflow() throws {
    var settings = settings(.learningRate)
    // Infinite as a float.
    settings.learningRate = 1e39
    let training = try training(settings)
    let before = Array(training.model.weights)
    #expect(throws: TrainingError.self) { try training.advance() }
    #expect(training.model.weights.elementsEqual(before))
  }
}
