import LanguageModel

/// The samples of an update as rows of logits.
struct MinimisedRows {
  let layout: RowLayout
  /// One a row: an objective of tokens is the weighted sum of the rows' terms.
  let weights: [Float]
  /// In the order in which they were drawn.
  let samples: [(prompt: Int, tokens: [Int32])]
  let distinctSamples: Int
  private let makeTerms: () -> SampleTerms

  /// What an objective of whole samples needs.
  var terms: SampleTerms { makeTerms() }

  init(_ tree: SampleTree, _ settings: EntropyMinimizationSettings) {
    layout = .tree(tree)
    weights = tree.rowWeights(settings.counted, accumulation: settings.accumulation)
    samples = tree.samples.map { ($0.prompt, $0.tokens) }
    distinctSamples = tree.distinctSamples
    makeTerms = { SampleTerms(tree: tree, counted: settings.counted) }
  }

  /// Each distinct sample on its own.
  init(
    prompts: [[Int32]], _ samples: [(prompt: Int, tokens: [Int32])],
    _ settings: EntropyMinimizationSettings
  ) {
    let rows = WeightedRows(
      prompts: prompts, samples: samples, counted: settings.counted,
      accumulation: settings.accumulation)
    layout = .packed(rows.batch)
    weights = rows.weights
    self.samples = samples
    distinctSamples = rows.distinctSamples
    makeTerms = { SampleTerms(packed: rows, samples: samples) }
  }
}
