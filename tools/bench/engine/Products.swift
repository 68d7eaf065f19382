import Kernels
import LanguageModel

/// The matrix products of the linear layers of one pass, fused as the engine fuses them (queries,
/// keys and values in one, gate and up in one), run alone and back to back. Attention's products are
/// not among them.
final class Products {
  /// A weight of inputs × outputs that meets so many rows.
  private struct Layer {
    let rows: Int
    let inputs: Int
    let outputs: Int
    /// Where its weight lies.
    var weight = 0

    var multiplyAdds: Int { rows * inputs * outputs }
  }

  private let layers: [Layer]
  private let training: Bool
  private let repeats: Int
  private let weights: Arena
  private let gradients: Arena
  // Shared by all layers: kinder to the caches than a real step can be.
  private let input: Arena
  private let output: Arena
  private let inputGradient: Arena
  private let scratch: Arena

  /// - Parameters:
  ///   - rows: tokens of the pass.
  ///   - logitRows: rows of the output head.
  ///   - training: whether the gradients of inputs and weights are computed as well.
  ///   - repeats: passes of a run.
  init(
    _ configuration: ModelConfiguration, rows: Int, logitRows: Int, training: Bool,
    repeats: Int = 1
  ) {
    self.training = training
    self.repeats = repeats
    let width = configuration.width
    let projection =
      (configuration.heads + 2 * configuration.keyValueHeads) * configuration.headSize
    let feedForward = configuration.feedForwardWidth
    var layers: [Layer] = []
    for _ in 0..<configuration.layers {
      layers.append(Layer(rows: rows, inputs: width, outputs: projection))
      layers.append(Layer(rows: rows, inputs: width, outputs: width))
      layers.append(Layer(rows: rows, inputs: width, outputs: 2 * feedForward))
      layers.append(Layer(rows: rows, inputs: feedForward, outputs: width))
    }
    layers.append(
      Layer(rows: logitRows, inputs: width, outputs: configuration.vocabularySize))
    var count = 0
    for index in layers.indices {
      layers[index].weight = count
      count += panelCount(inputs: layers[index].inputs, outputs: layers[index].outputs)
    }
    self.layers = layers
    func largest(_ size: (Layer) -> Int) -> Int { layers.map(size).max() ?? 0 }
    weights = Arena(count: count)
    gradients = Arena(count: training ? count : 0)
    input = Arena(count: largest { $0.rows * $0.inputs })
    output = Arena(count: largest { $0.rows * $0.outputs })
    inputGradient = Arena(count: training ? largest { $0.rows * $0.inputs } : 0)
    scratch = Arena(
      count: training ? largest { panelCount(inputs: $0.outputs, outputs: $0.inputs) } : 0)
    for i in 0..<input.count { input.base[i] = 0.01 * Float(i % 7 - 3) }
    for i in 0..<output.count { output.base[i] = 0.01 * Float(i % 5 - 2) }
    for i in 0..<weights.count { weights.base[i] = 0.01 * Float(i % 11 - 5) }
  }

  /// Floating-point operations of one run.
  var operations: Double {
    let forward = layers.reduce(0) { $0 + 2 * $1.multiplyAdds }
    return Double(forward * (training ? 3 : 1) * repeats)
  }

  /// All products with the engine's kernels.
  func runOwn() {
    for _ in 0..<repeats {
      for layer in layers {
        linearForward(
          output.base, input.base, weight: weights.base + layer.weight, start: .zero,
          rows: layer.rows, inputs: layer.inputs, outputs: layer.outputs)
      }
      guard training else { continue }
      for layer in layers.reversed() {
        linearBackward(
          inputGradient: inputGradient.base, weightGradient: gradients.base + layer.weight,
          outputGradient: output.base, input: input.base, weight: weights.base + layer.weight,
          scratch: scratch.base, rows: layer.rows, inputs: layer.inputs, outputs: layer.outputs)
      }
    }
  }

  /// All products with OpenBLAS.
  func run(_ blas: OpenBLAS) {
    for _ in 0..<repeats {
      for layer in layers {
        blas.multiply(
          output.base, beta: 0, input.base, .plain, weights.base + layer.weight, .plain,
          m: layer.rows, n: layer.outputs, k: layer.inputs)
      }
      guard training else { continue }
      for layer in layers.reversed() {
        blas.multiply(
          inputGradient.base, beta: 0, output.base, .plain, weights.base + layer.weight,
          .transposed, m: layer.rows, n: layer.inputs, k: layer.outputs)
        blas.multiply(
          gradients.base + layer.weight, beta: 1, input.base, .transposed, output.base, .plain,
          m: layer.inputs, n: layer.outputs, k: layer.rows)
      }
    }
  }
}
