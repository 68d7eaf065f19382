import Foundation

@testable import PostTraining

/// The part of the golden files that is about objectives beside the entropy, adaptive settings and
/// supervised tuning.
struct GoldenObjectives: Decodable {
  struct Case: Decodable {
    let name: String
    let objective: MinimisedObjective
    let lossTemperature: Double
    let mask: LossMask
    let accumulation: Int
    let lateFraction: Double
    let entropyFloor: Double
    let probabilitySmoothing: Double
    let divergenceWeight: Double
    let loss: Double
    let entropy: Double
    let divergence: Double
    let gradientNorm: Double
  }

  struct AdaptedStep: Decodable {
    let loss: Double
    let entropy: Double
    let divergence: Double
    let factor: Double
    let share: Double?
    let gradientNorm: Double
  }

  struct Adapted: Decodable {
    let name: String
    let lossTemperature: Double
    let target: Adaptation.Target
    let setting: Adaptation.Setting
    let entropyRate: Double
    let klBudget: Double
    let klBudgetSteps: Int
    let gain: Double
    let learningRate: Double
    let weightDecay: Double
    let clip: Double
    let steps: [AdaptedStep]
  }

  struct TunedStep: Decodable {
    let loss: Double
    let gradientNorm: Double
    let prompts: [[Int32]]
    let solutions: [[Int32]]
  }

  struct Tuned: Decodable {
    let learningRate: Double
    let weightDecay: Double
    let clip: Double
    let steps: [TunedStep]
  }

  let prompts: [[Int32]]
  let owners: [Int]
  let samples: [[Int32]]
  let cases: [Case]
  let adapted: [Adapted]
  let tuned: Tuned

  var owned: [(prompt: Int, tokens: [Int32])] { zip(owners, samples).map { ($0, $1) } }

  static func load() throws -> GoldenObjectives {
    try JSONDecoder().decode(GoldenObjectives.self, from: Golden.data("objectives.json"))
  }
}
