import Foundation

@testable import PostTraining

/// The part of the golden files that is about GRPO.
struct GoldenGRPO: Decodable {
  struct Objective: Decodable {
    let temperature: Double
    let clipLow: Double
    let clipHigh: Double
    let divergenceWeight: Double
    let lengthNormalisation: GRPOSettings.LengthNormalisation
    let stdNormalisation: Bool
    let maximumTokens: Int

    func settings(groupSize: Int, prompts: Int) -> GRPOSettings {
      var settings = GRPOSettings()
      settings.promptsPerStep = prompts
      settings.groupSize = groupSize
      settings.temperature = temperature
      settings.clipLow = clipLow
      settings.clipHigh = clipHigh
      settings.divergenceWeight = divergenceWeight
      settings.lengthNormalisation = lengthNormalisation
      settings.stdNormalisation = stdNormalisation
      settings.maximumTokens = maximumTokens
      return settings
    }
  }

  struct Case: Decodable {
    let name: String
    let loss: Double
    let gradientNorm: Double
    let divergence: Double
    let clipFraction: Double
    let advantages: [Double]
    /// Of every token of every sample: its log-probability under two other policies.
    let old: [[Float]]
    let reference: [[Float]]
    let objective: Objective

    private enum CodingKeys: CodingKey {
      case name, loss, gradientNorm, divergence, clipFraction, advantages, old, reference
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      name = try values.decode(String.self, forKey: .name)
      loss = try values.decode(Double.self, forKey: .loss)
      gradientNorm = try values.decode(Double.self, forKey: .gradientNorm)
      divergence = try values.decode(Double.self, forKey: .divergence)
      clipFraction = try values.decode(Double.self, forKey: .clipFraction)
      advantages = try values.decode([Double].self, forKey: .advantages)
      old = try values.decode([[Float]].self, forKey: .old)
      reference = try values.decode([[Float]].self, forKey: .reference)
      objective = try Objective(from: decoder)
    }
  }

  struct StepResult: Decodable {
    let loss: Double
    let gradientNorm: Double
    let divergence: Double
    let clipFraction: Double
  }

  struct Batch: Decodable {
    let samples: [[Int32]]
    let rewards: [Double]
  }

  struct Run: Decodable {
    let learningRate: Double
    let weightDecay: Double
    let clip: Double
    let updatesPerBatch: Int
    let steps: [StepResult]
    let batches: [Batch]
    let objective: Objective

    private enum CodingKeys: CodingKey {
      case learningRate, weightDecay, clip, updatesPerBatch, steps, batches
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      learningRate = try values.decode(Double.self, forKey: .learningRate)
      weightDecay = try values.decode(Double.self, forKey: .weightDecay)
      clip = try values.decode(Double.self, forKey: .clip)
      updatesPerBatch = try values.decode(Int.self, forKey: .updatesPerBatch)
      steps = try values.decode([StepResult].self, forKey: .steps)
      batches = try values.decode([Batch].self, forKey: .batches)
      objective = try Objective(from: decoder)
    }
  }

  let prompts: [[Int32]]
  let groupSize: Int
  let samples: [[Int32]]
  let rewards: [Double]
  let cases: [Case]
  let run: Run

  var graded: [GradedPrompt] { prompts.map { GradedPrompt(tokens: $0, answer: 0) } }

  static func load() throws -> GoldenGRPO {
    try JSONDecoder().decode(GoldenGRPO.self, from: Golden.data("grpo.json"))
  }
}
