import Kernels

/// One trainable tensor of a model and its place in the flat buffers.
package struct Parameter: Hashable, Sendable {
  package let name: String
  /// Rows and columns of a matrix (inputs × outputs; an embedding table is tokens × width), or the
  /// length of a vector.
  package let shape: [Int]
  /// Where it lies in `Transformer.weights`, padding included.
  package let range: Range<Int>
  package let kind: Kind

  package enum Kind: Hashable, Sendable {
    /// A gain of RMSNorm: a vector.
    case gain
    /// A vector that is added.
    case bias
    /// Row-major, a row a token.
    case table
    /// Inputs × outputs in panels of 16 outputs (see Kernels).
    case matrix
  }

  /// Whether weight decay applies by custom: to matrices and tables, not to gains and biases.
  package var decays: Bool { kind == .table || kind == .matrix }
}

/// Where each tensor of a model lies in its flat buffers.
struct ParameterTable {
  struct Layer {
    var attentionGain: Int
    var projection: Int
    var projectionBias: Int?
    var attentionOutput: Int
    var feedForwardGain: Int
    var gateUp: Int
    var down: Int
  }

  private(set) var parameters: [Parameter] = []
  private(set) var count = 0
  private(set) var embedding = 0
  private(set) var layers: [Layer] = []
  private(set) var finalGain = 0
  /// The output head, if it is not the embedding.
  private(set) var head: Int?

  init(_ configuration: ModelConfiguration) {
    let width = configuration.width
    let projection = configuration.projectionWidth
    let feedForward = configuration.feedForwardWidth
    embedding = add(
      "embedding", .table, [configuration.vocabularySize, width])
    for index in 0..<configuration.layers {
      let prefix = "layers.\(index)."
      layers.append(
        Layer(
          attentionGain: add(prefix + "attention.gain", .gain, [width]),
          projection: add(prefix + "attention.projection", .matrix, [width, projection]),
          projectionBias: configuration.attentionBias
            ? add(prefix + "attention.bias", .bias, [projection]) : nil,
          attentionOutput: add(prefix + "attention.output", .matrix, [width, width]),
          feedForwardGain: add(prefix + "feedForward.gain", .gain, [width]),
          gateUp: add(prefix + "feedForward.gateUp", .matrix, [width, 2 * feedForward]),
          down: add(prefix + "feedForward.down", .matrix, [feedForward, width])))
    }
    finalGain = add("gain", .gain, [width])
    if !configuration.tiedEmbeddings {
      head = add("head", .matrix, [width, configuration.vocabularySize])
    }
  }

  /// Appends a tensor, on a cache line of its own.
  private mutating func add(_ name: String, _ kind: Parameter.Kind, _ shape: [Int]) -> Int {
    let start = count
    let size =
      kind == .matrix
      ? panelCount(inputs: shape[0], outputs: shape[1]) : shape.reduce(1, *)
    count += (size + 15) / 16 * 16
    parameters.append(Parameter(name: name, shape: shape, range: start..<count, kind: kind))
    return start
  }
}
