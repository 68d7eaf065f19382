import Foundation
import LanguageModel

@testable import PostTraining

/// The golden files made by tools/golden/post_training.py.
struct Golden: Decodable {
  struct Entropy: Decodable {
    let name: String
    let mask: LossMask
    let lossTemperature: Double
    let accumulation: Int
    let loss: Double
    let gradientNorm: Double
  }

  struct Rows: Decodable {
    let logits: [Float]
    let columns: Int
    let temperature: Float
    let weights: [Float]
    let entropies: [Double]
    let gradient: [Float]
  }

  struct StepResult: Decodable {
    let loss: Double
    let gradientNorm: Double
  }

  struct EntropySteps: Decodable {
    let learningRate: Double
    let weightDecay: Double
    let clip: Double
    let accumulation: Int
    let mask: LossMask
    let lossTemperature: Double
    let steps: [StepResult]
  }

  struct SupervisedStep: Decodable {
    let loss: Double
    let gradientNorm: Double
    let learningRate: Double
    let documents: [[Int32]]
  }

  struct Supervised: Decodable {
    let steps: [SupervisedStep]
  }

  let prompt: [Int32]
  let completions: [[Int32]]
  let entropy: [Entropy]
  let rows: Rows
  let entropySteps: EntropySteps
  let supervised: Supervised

  var samples: [(prompt: Int, tokens: [Int32])] { completions.map { (0, $0) } }

  static func load() throws -> Golden {
    try JSONDecoder().decode(Golden.self, from: data("cases.json"))
  }

  /// A model whose weights are the tensors of a golden file: weights, or gradients in their layout.
  static func model(_ name: String) throws -> Transformer {
    try Transformer(serialized: Array(data("\(name).safetensors")))
  }

  static func data(_ name: String) throws -> Data {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appending(path: "Golden/\(name)"))
  }
}

/// The largest difference between two flat buffers, tensor by tensor, relative to the largest
/// element of the expected tensor; with the tensor's name.
func worstDifference(
  _ actual: UnsafeMutableBufferPointer<Float>, _ expected: UnsafeMutableBufferPointer<Float>,
  _ parameters: [Parameter]
) -> (tensor: String, relative: Float) {
  var worst: (tensor: String, relative: Float) = ("", 0)
  for parameter in parameters {
    let scale = parameter.range.reduce(Float(0)) { max($0, abs(expected[$1])) }
    let difference = parameter.range.reduce(Float(0)) { max($0, abs(actual[$1] - expected[$1])) }
    let relative = difference / max(scale, 1e-8)
    if !(relative <= worst.relative) { worst = (parameter.name, relative) }
  }
  return worst
}

/// A model that fits in a test: the corpus's vocabulary, one layer.
func smallConfiguration(vocabulary: Int = 49) -> ModelConfiguration {
  ModelConfiguration(
    vocabularySize: vocabulary, width: 16, layers: 1, heads: 2, keyValueHeads: 2,
    feedForwardWidth: 24)
}
