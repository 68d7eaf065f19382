import Kernels

/// Where everything that a forward pass computes lies in the activation arena, for given sizes.
/// Offsets in floats; the comments give shapes: T tokens, L layers, W width, P projectionWidth, F
/// feedForwardWidth, H heads, R rows of logits, V vocabulary.
struct ActivationLayout {
  struct Layer {
    var input = 0  // T × W: the residual stream that enters the layer
    var attentionScales = 0  // T: 1 / root mean square of each row
    var attentionInput = 0  // T × W, normalised
    var projections = 0  // (T + 7) × P: queries and keys turned, values
    var peaks = 0  // T × H
    var inverses = 0  // T × H
    var attended = 0  // T × W
    var middle = 0  // T × W: the residual stream after attention
    var feedForwardScales = 0  // T
    var feedForwardInput = 0  // T × W, normalised
    var gateUp = 0  // T × 2F
    var hidden = 0  // T × F
  }

  private(set) var layers: [Layer] = []
  private(set) var output = 0  // T × W: the residual stream after the last layer
  private(set) var selected = 0  // R × W: its rows with logits
  private(set) var finalScales = 0  // R
  private(set) var finalInput = 0  // R × W, normalised
  private(set) var logits = 0  // R × V
  private(set) var headPanels = 0  // the tied head in panels
  private(set) var attentionScratch = 0
  // Of the backward pass:
  private(set) var streamGradient = 0  // T × W
  private(set) var widthGradient = 0  // T × W
  private(set) var wideGradient = 0  // T × max(P, F)
  private(set) var weightScratch = 0  // one transposed weight
  private(set) var secondWeightScratch = 0  // another: the down projection's
  private(set) var plan = ArenaPlan()

  var count: Int { plan.count }

  /// - Parameters:
  ///   - training: whether a backward pass follows. Otherwise all layers share one place.
  ///   - keepsProjections: whether even then each layer has projections of its own, so that later
  ///     tokens can attend to them.
  init(
    _ configuration: ModelConfiguration, tokens: Int, longest: Int, logitRows: Int, training: Bool,
    keepsProjections: Bool = false
  ) {
    let width = configuration.width
    let projection = configuration.projectionWidth
    let feedForward = configuration.feedForwardWidth
    let shape = configuration.attentionShape
    for index in 0..<configuration.layers {
      if index > 0 && !training {
        layers.append(layers[0])
        if keepsProjections { layers[index].projections = take((tokens + 7) * projection) }
        continue
      }
      layers.append(
        Layer(
          input: take(tokens * width), attentionScales: take(tokens),
          attentionInput: take(tokens * width), projections: take((tokens + 7) * projection),
          peaks: take(tokens * configuration.heads), inverses: take(tokens * configuration.heads),
          attended: take(tokens * width), middle: take(tokens * width),
          feedForwardScales: take(tokens), feedForwardInput: take(tokens * width),
          gateUp: take(tokens * 2 * feedForward), hidden: take(tokens * feedForward)))
    }
    // Without a backward pass a layer may write its result over its input.
    output = training ? take(tokens * width) : layers[0].input
    selected = take(logitRows * width)
    finalScales = take(logitRows)
    finalInput = take(logitRows * width)
    logits = take(logitRows * configuration.vocabularySize)
    if configuration.tiedEmbeddings {
      headPanels = take(panelCount(inputs: width, outputs: configuration.vocabularySize))
    }
    attentionScratch = take(
      training
        ? shape.backwardScratch(longest: longest) : shape.forwardScratch(longest: longest))
    if training {
      streamGradient = take(tokens * width)
      widthGradient = take(max(tokens, logitRows) * width)
      wideGradient = take(tokens * max(projection, feedForward))
      weightScratch = take(configuration.largestTransposedWeight)
      secondWeightScratch = take(panelCount(inputs: width, outputs: feedForward))
    }
  }

  private mutating func take(_ size: Int) -> Int { plan.take(size) }
}

extension ModelConfiguration {
  var attentionShape: AttentionShape {
    AttentionShape(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
  }

  /// Rows that pass through all of a layer's feed-forward before the next ones do: what they leave
  /// for each other then is still in the second-level cache. A multiple of the six rows of a
  /// product's tile, and not too few for the weights to be worth reading again.
  var feedForwardBlock: Int {
    let cached = 1 << 18
    return max(120, cached / (3 * feedForwardWidth + 2 * width) / 6 * 6)
  }

  /// Floats of the largest weight once transposed into panels.
  fileprivate var largestTransposedWeight: Int {
    var largest = 0
    for (inputs, outputs) in [
      (width, projectionWidth), (width, width), (width, 2 * feedForwardWidth),
      (feedForwardWidth, width), (width, tiedEmbeddings ? 0 : vocabularySize),
    ] {
      largest = max(largest, panelCount(inputs: outputs, outputs: inputs))
    }
    return largest
  }
}
