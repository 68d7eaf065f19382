import Foundation
import LanguageModel

@testable import Evaluation

/// What tools/golden/measurements.py computed.
struct GoldenMeasurements: Decodable {
  struct Text: Decodable {
    let prompt: [Int32]
    let continuation: [Int32]

    var fixed: FixedText { FixedText(prompt: prompt, continuation: continuation) }
  }

  struct Drift: Decodable {
    let texts: [Text]
    let places: Int
    let flips: Int
    let divergence: Double
  }

  struct Shape: Decodable {
    let count: Int
    let mean: Double
    let deviation: Double
    let skewness: Double
    let low: Double
    let bins: [Int]
  }

  struct Shapes: Decodable {
    let answers: [Text]
    let solutions: [Text]
    let processed: Shape
    let raw: Shape
    let text: Shape
  }

  struct Row: Decodable {
    let logits: [Float]
    let kept: Int
    let sum: Double
    let least: Double
  }

  struct Repetition: Decodable {
    let tokens: [Int32]
    let rate: Double
  }

  struct Samples: Decodable {
    struct Sample: Decodable {
      let answer: Int?
      let logProbability: Float
      let entropy: Float

      enum CodingKeys: String, CodingKey {
        case answer, entropy
        case logProbability = "log_probability"
      }
    }

    struct Problem: Decodable {
      let set: String
      let index: Int
      let expected: Int
      let samples: [Sample]
    }

    let vocabulary: Int
    let problems: [Problem]
    let figures: [String: Double]
  }

  /// What every weight of the changed model is multiplied with.
  let scale: Float
  let drift: Drift
  let shapes: Shapes
  let rows: [Row]
  let repetitions: [Repetition]
  let samples: Samples

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func read() throws -> GoldenMeasurements {
    let file = tests.appending(path: "EvaluationTests/Golden/measurements.json")
    return try JSONDecoder().decode(GoldenMeasurements.self, from: Data(contentsOf: file))
  }

  static func model() throws -> Transformer {
    try Transformer(folder: tests.appending(path: "LanguageModelTests/Golden/llama").path)
  }
}
