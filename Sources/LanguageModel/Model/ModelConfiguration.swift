/// The shape of a decoder-only transformer of the Llama / Qwen2 family: RMSNorm before each block,
/// rotary embeddings, grouped-query attention, SwiGLU, float32.
package struct ModelConfiguration: Codable, Hashable, Sendable {
  package var vocabularySize: Int
  /// Length of the vector that represents a token between the layers.
  package var width: Int
  package var layers: Int
  package var heads: Int
  /// Heads of keys and values; each serves `heads / keyValueHeads` query heads.
  package var keyValueHeads: Int
  package var feedForwardWidth: Int
  /// Base of the rotary frequencies: pair i of a head turns by position × base^(−2i / headSize).
  package var ropeBase: Double
  /// Added to the mean square in RMSNorm.
  package var normEpsilon: Double
  /// Whether the output head is the embedding table.
  package var tiedEmbeddings: Bool
  /// Whether the query, key and value projections have a bias (Qwen2) or not (Llama).
  package var attentionBias: Bool

  package init(
    vocabularySize: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int,
    feedForwardWidth: Int, ropeBase: Double = 1000, normEpsilon: Double = 1e-6,
    tiedEmbeddings: Bool = false, attentionBias: Bool = false
  ) {
    self.vocabularySize = vocabularySize
    self.width = width
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.feedForwardWidth = feedForwardWidth
    self.ropeBase = ropeBase
    self.normEpsilon = normEpsilon
    self.tiedEmbeddings = tiedEmbeddings
    self.attentionBias = attentionBias
  }

  package var headSize: Int { width / heads }

  /// Columns of the fused query, key and value projection.
  var projectionWidth: Int { (heads + 2 * keyValueHeads) * headSize }

  /// Number of trainable numbers.
  package var parameterCount: Int {
    let attention =
      width * projectionWidth + width * width + (attentionBias ? projectionWidth : 0)
    let feedForward = 3 * width * feedForwardWidth
    let layer = attention + feedForward + 2 * width
    let embeddings = vocabularySize * width * (tiedEmbeddings ? 1 : 2)
    return layers * layer + width + embeddings
  }

  /// - Throws: the first rule of the architecture that the configuration breaks.
  package func validate() throws(ModelConfigurationError) {
    let sizes = [
      ("vocabularySize", vocabularySize), ("width", width), ("layers", layers), ("heads", heads),
      ("keyValueHeads", keyValueHeads), ("feedForwardWidth", feedForwardWidth),
    ]
    for (name, value) in sizes where value < 1 {
      throw .notPositive(name: name, value: value)
    }
    guard width % heads == 0 else { throw .notDivisible(width: width, heads: heads) }
    guard headSize % 2 == 0 else { throw .oddHeadSize(headSize) }
    guard heads % keyValueHeads == 0 else {
      throw .notGrouped(heads: heads, keyValueHeads: keyValueHeads)
    }
    guard ropeBase > 1, ropeBase.isFinite else { throw .badRopeBase(ropeBase) }
    guard normEpsilon >= 0, normEpsilon.isFinite else { throw .badNormEpsilon(normEpsilon) }
  }
}

/// Why a configuration is not a model.
package enum ModelConfigurationError: Error, Hashable, CustomStringConvertible {
  case notPositive(name: String, value: Int)
  case notDivisible(width: Int, heads: Int)
  case oddHeadSize(Int)
  case notGrouped(heads: Int, keyValueHeads: Int)
  case badRopeBase(Double)
  case badNormEpsilon(Double)

  package var description: String {
    switch self {
    case .notPositive(let name, let value):
      "\(name) is \(value); it must be at least 1"
    case .notDivisible(let width, let heads):
      "width \(width) is not a multiple of heads \(heads); a head has width / heads numbers"
    case .oddHeadSize(let size):
      "head size \(size) is odd; rotary embeddings turn pairs, so width / heads must be even"
    case .notGrouped(let heads, let keyValueHeads):
      "heads \(heads) is not a multiple of keyValueHeads \(keyValueHeads)"
    case .badRopeBase(let base):
      "ropeBase is \(base); it must be a finite number above 1"
    case .badNormEpsilon(let epsilon):
      "normEpsilon is \(epsilon); it must be a finite number not below 0"
    }
  }
}
