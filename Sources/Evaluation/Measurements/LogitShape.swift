import Kernels
import Keys
import LanguageModel
import Problems
import Statistics

/// How a model's logits are distributed, in three definitions: that of the paper's code (processed
/// scores of its first tokens), and raw ones, over its own answers and over a fixed text.
package struct LogitShape: Sendable {
  /// What the paper's released code takes for its figure of logits.
  package enum Paper {
    /// Sampling temperature, which divides the logits.
    package static let temperature = 0.6
    /// Scores kept at each place; the masked ones are dropped.
    package static let kept = 50
    /// Tokens of an answer that are looked at.
    package static let tokens = 25
    package static let answers = 20
  }

  /// Of logits / 0.6 over the first 25 tokens of the answers, at each place the 50 largest and those
  /// equal to the last of them.
  package let processed: NumberShape
  /// Of all logits at all tokens of the same answers.
  package let raw: NumberShape
  /// Of all logits at all tokens of the worked solutions of the same problems, which are the same for
  /// all models.
  package let text: NumberShape

  /// Samples an answer to each of 20 problems, dealt to the sets in turn, at temperature 0.6.
  ///
  /// Nothing is masked while sampling: of some sixty tokens the 51st and those after it have next to no
  /// probability.
  ///
  /// - Parameter seed: decides the answers; their draws are keyed by (seed, number of the problem,
  ///   position).
  /// - Throws: `EvaluationError.textNotFinite` where logits are no numbers.
  package init(
    of model: Transformer, on sets: [ProblemSet], seed: UInt64, maximumNewTokens: Int
  ) throws(EvaluationError) {
    let problems = Self.problems(of: sets)
    let stream = RandomStream(seed: seed, purpose: RandomPurpose("measure/logits"))
    let generations = model.generate(
      prompts: problems.map(\.prompt),
      settings: SamplingSettings(
        temperature: Paper.temperature, maximumNewTokens: maximumNewTokens,
        stopToken: Vocabulary.end)
    ) { problem, position in stream.uniform(0, problem, 0, position) }
    let answers = zip(problems, generations).map {
      FixedText(prompt: $0.prompt, continuation: $1.tokens)
    }
    let solutions = problems.map {
      FixedText(prompt: $0.prompt, continuation: $0.workedSolution)
    }
    try self.init(of: model, answers: answers, solutions: solutions)
  }

  /// The shapes over given texts.
  init(
    of model: Transformer, answers: [FixedText], solutions: [FixedText]
  ) throws(EvaluationError) {
    var processed: [Double] = []
    var raw: [Double] = []
    var text: [Double] = []
    Self.forEachRow(of: model, on: answers) { position, row in
      raw.append(contentsOf: row.lazy.map(Double.init))
      if position < Paper.tokens { processed.append(contentsOf: Self.processed(row)) }
    }
    Self.forEachRow(of: model, on: solutions) { _, row in
      text.append(contentsOf: row.lazy.map(Double.init))
    }
    guard (raw + text).allSatisfy(\.isFinite) else { throw .textNotFinite }
    self.processed = NumberShape(processed)
    self.raw = NumberShape(raw)
    self.text = NumberShape(text)
  }

  /// The problems that are answered: number i is that of place i / n in set i mod n of n sets.
  static func problems(of sets: [ProblemSet]) -> [Problem] {
    (0..<Paper.answers).compactMap { number in
      let set = sets[number % sets.count]
      let place = number / sets.count
      return set.problems.indices.contains(place) ? set.problems[place] : nil
    }
  }

  /// The problems that each of some sets must have for 20 answers.
  package static func problemsPerSet(ofSets count: Int) -> Int {
    (Paper.answers + count - 1) / count
  }

  /// The scores that sampling would draw from, as Hugging Face's processors leave them: divided by the
  /// temperature, and none below the 50th largest.
  static func processed(_ row: UnsafeBufferPointer<Float>) -> [Double] {
    let scores = row.map { Double($0) / Paper.temperature }
    guard scores.count > Paper.kept else { return scores }
    let least = scores.sorted(by: >)[Paper.kept - 1]
    return scores.filter { $0 >= least }
  }

  private static func forEachRow(
    of model: Transformer, on texts: [FixedText],
    _ body: (_ position: Int, _ row: UnsafeBufferPointer<Float>) -> Void
  ) {
    for (range, batch) in FixedText.batches(texts) {
      let logits = model.infer(batch)
      var row = 0
      for text in texts[range] {
        for position in text.continuation.indices {
          body(
            position,
            UnsafeBufferPointer(start: logits.base + row * logits.columns, count: logits.columns))
          row += 1
        }
      }
    }
  }

  private static let definitions:
    [(prefix: String, about: String, shape: @Sendable (LogitShape) -> NumberShape)] = [
      (
        "logit",
        "of processed logits as in the paper's code (divided by 0.6, the 50 largest, first 25 tokens of "
          + "20 answers sampled at temperature 0.6)", { $0.processed }
      ),
      ("raw_logit", "of all logits at all tokens of the same 20 answers", { $0.raw }),
      (
        "text_logit", "of all logits at all tokens of the worked solutions of the same 20 problems",
        { $0.text }
      ),
    ]

  package static let figures = definitions.flatMap { prefix, about, shape in
    [
      Figure<LogitShape>("\(prefix)_mean", "mean \(about)") { shape($0).mean },
      Figure<LogitShape>("\(prefix)_deviation", "standard deviation (of the population) \(about)") {
        shape($0).deviation
      },
      Figure<LogitShape>("\(prefix)_skewness", "skewness g1 = m3 / m2^1.5 \(about)") {
        shape($0).skewness
      },
    ]
  }

  /// The three distributions as text: a line that names format and version, a header, and a line for
  /// each definition and interval low ≤ x < high with the count of logits in it.
  package var histogram: [UInt8] {
    var text = "#espalier-histogram,1\ndefinition,low,high,count\n"
    for definition in Self.definitions {
      let shape = definition.shape(self)
      for bin in shape.bins {
        text += "\(definition.prefix),\(bin.low),\(bin.low + shape.binWidth),\(bin.count)\n"
      }
    }
    return Array(text.utf8)
  }
}

/// Mean, spread, skewness and histogram of many numbers.
package struct NumberShape: Hashable, Sendable {
  /// The width of a histogram's intervals, which begin at its multiples: 0.5, doubled until there are
  /// no more than 1,024 of them.
  package let binWidth: Double

  package let count: Int
  package let mean: Double?
  /// √(Σ (x − mean)² / n), numpy's default.
  package let deviation: Double?
  /// g1 = m₃ / m₂^{3/2}, scipy's default; `nil` without spread.
  package let skewness: Double?
  /// From the interval of the smallest to that of the largest number, none left out.
  package let bins: [Bin]

  package struct Bin: Hashable, Sendable {
    package let low: Double
    package let count: Int
  }

  /// - Precondition: every number is finite.
  /// - Complexity: O(n log n).
  init(_ numbers: [Double]) {
    var summarizer = Summarizer()
    let summary = summarizer.summary(of: numbers)
    let n = Double(numbers.count)
    count = numbers.count
    mean = summary.mean
    deviation = numbers.count == 1 ? 0 : summary.variance.map { ($0 * (n - 1) / n).squareRoot() }
    skewness = summary.populationSkewness
    var width = 0.5
    func bin(_ number: Double) -> Double { (number / width).rounded(.down) }
    guard let low = summary.minimum, let high = summary.maximum else {
      binWidth = width
      bins = []
      return
    }
    while bin(high) - bin(low) >= 1024 { width *= 2 }
    let first = bin(low)
    var counts = [Int](repeating: 0, count: Int(bin(high) - first) + 1)
    for number in numbers { counts[Int(bin(number) - first)] += 1 }
    binWidth = width
    bins = counts.enumerated().map {
      Bin(low: (first + Double($0.offset)) * width, count: $0.element)
    }
  }
}
