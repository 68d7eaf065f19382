import Evaluation
import Kernels
import Keys
import LanguageModel
import PostTraining
import Problems

/// The pieces of work that a grid consists of, on one model.
struct Bench {
  let name: String
  let configuration: ModelConfiguration
  let repetitions: Int
  let blas: OpenBLAS?
  let report: Report
  /// Only work whose name contains it is done.
  let only: String
  /// Whether the bare products are timed too; they take memory of their own.
  var withProducts = true
  private let stream = RandomStream(seed: 1, purpose: RandomPurpose("bench"))

  init(
    _ name: String, _ configuration: ModelConfiguration, repetitions: Int, blas: OpenBLAS?,
    report: Report, only: String
  ) {
    self.name = name
    self.configuration = configuration
    self.repetitions = repetitions
    self.blas = blas
    self.report = report
    self.only = only
  }

  private func tokens(_ count: Int, _ index: Int) -> [Int32] {
    var generator = stream.generator(0, index)
    return (0..<count).map { _ in Int32(generator.below(configuration.vocabularySize)) }
  }

  /// Times a piece of work in turn with the bare products that it contains and with the processor's
  /// peak.
  private func measure(
    _ work: String, tokens: Int, products wanted: @autoclosure () -> Products?, _ side: Side
  ) {
    guard only.isEmpty || work.contains(only) else { return }
    let products = withProducts ? wanted() : nil
    let rounds = 50_000
    var peak = (operations: 0, result: Float(0))
    var sides = [side, Side { peak = peakRate(rounds: rounds, factor: 0.5) }]
    if let products {
      sides.append(Side { products.runOwn() })
      if let blas { sides.append(Side { products.run(blas) }) }
    }
    let timings = interleaved(sides, repetitions: repetitions)
    precondition(peak.result > 0, "the peak was measured")
    report.add(
      Result(
        model: name, work: work, tokens: tokens, operations: products?.operations ?? 0,
        time: timings[0], own: products == nil ? nil : timings[2],
        blas: timings.count > 3 ? timings[3] : nil,
        peak: Double(peak.operations) / timings[1].least))
  }

  // MARK: Training

  /// A step of pretraining on the corpus: documents made, packed, forward, backward, AdamW.
  func pretraining() {
    let settings = PretrainingSettings(configuration: configuration, seed: 1, steps: 1_000_000)
    let pretraining = Pretraining(settings)
    let corpus = Corpus(seed: 1)
    // Documents differ from step to step; the products are those of an average one.
    let documents = (0..<20).flatMap { step in
      (0..<settings.documentsPerStep).map { corpus.document(step: step, index: $0).count - 1 }
    }
    let average = documents.reduce(0, +) / 20
    measure(
      "pretraining, \(settings.documentsPerStep) documents", tokens: average,
      products: Products(configuration, rows: average, logitRows: average, training: true),
      Side {
        do { try pretraining.advance() } catch { preconditionFailure("\(error)") }
      })
  }

  /// A step on sequences of one length: forward, cross-entropy, backward, AdamW.
  func denseTraining(sequences: Int, length: Int) {
    let model = Transformer(configuration, seed: 1)
    let optimizer = AdamW(
      AdamWSettings(weightDecay: 0.01, clip: 1), count: model.weights.count)
    var batch = PackedBatch()
    for index in 0..<sequences { batch.append(tokens(length, index), logitsAt: 0..<length) }
    let rows = sequences * length
    let targets = tokens(rows, sequences)
    let weights = [Float](repeating: 1 / Float(rows), count: rows)
    measure(
      "training, \(sequences) × \(length) tokens", tokens: rows,
      products: Products(configuration, rows: rows, logitRows: rows, training: true),
      Side {
        model.zeroGradients()
        let logits = model.forward(batch)
        _ = crossEntropyGradient(
          replacing: logits, targets: targets, weights: weights, temperature: 1)
        model.backward(logits)
        _ = optimizer.update(model, learningRate: 1e-4)
      })
  }

  /// Peak memory of one step on sequences of one length, beside what the configuration says.
  ///
  /// - Returns: whether it is at most four times the weights and the activations.
  func memory(sequences: Int, length: Int) -> Bool {
    let before = peakResidentBytes()
    denseTraining(sequences: sequences, length: length)
    let rows = sequences * length
    let said = configuration.trainingMemory(tokens: rows, longest: length, logitRows: rows)
    let used = peakResidentBytes()
    func mebibytes(_ bytes: Int) -> String { right(Double(bytes) / 1_048_576, 1, digits: 0) }
    print(
      "\(name): weights\(mebibytes(said.weights)) MiB, gradients\(mebibytes(said.gradients)), "
        + "moments\(mebibytes(said.optimizer)), activations\(mebibytes(said.activations)): "
        + "\(mebibytes(said.total)) MiB in all; peak resident\(mebibytes(used)) MiB, of these"
        + "\(mebibytes(before)) before the model")
    return used - before <= said.total + said.total / 100
  }

  // MARK: Generation

  /// `new` tokens after each of `sequences` prompts, none of which stops.
  func sampling(sequences: Int, prompt: Int, new: Int, temperature: Double, topP: Double = 1) {
    let model = Transformer(configuration, seed: 1)
    let prompts = (0..<sequences).map { tokens(prompt, $0) }
    let settings = SamplingSettings(
      temperature: temperature, topP: topP, maximumNewTokens: new, stopToken: -1)
    let how = temperature == 0 ? "greedy" : topP < 1 ? "top-p" : "sampling"
    measure(
      "\(how), \(sequences) × \(prompt)+\(new)", tokens: sequences * new,
      products: Products(
        configuration, rows: sequences, logitRows: sequences, training: false, repeats: new),
      Side {
        _ = model.generate(prompts: prompts, settings: settings) { sequence, position in
          stream.uniform(0, 0, sequence, position)
        }
      })
  }

  // MARK: What a grid's jobs do

  /// Steps of EM and GRPO, and evaluations, of a base model that was pretrained for a while: long
  /// enough to stop by itself.
  ///
  /// - Parameter pretrainingSteps: with 0 the base model is untrained: its samples share little and
  ///   seldom end, which is the most that these steps can cost.
  func postTraining(pretrainingSteps: Int) throws {
    let base = try base(pretrainingSteps: pretrainingSteps)
    var selection = PromptSelection()
    selection.candidates = pretrainingSteps > 0 ? 24 : 1
    selection.samples = pretrainingSteps > 0 ? selection.samples : 1
    let prompt = try selection.ranked(selection.tried(by: base))[0].prompt
    try entropyMinimization(base, prompt)
    try policyOptimization(base)
    try evaluation(base)
  }

  private func base(pretrainingSteps: Int) throws -> Transformer {
    guard pretrainingSteps > 0 else { return Transformer(configuration, seed: 1) }
    let pretraining = Pretraining(
      PretrainingSettings(configuration: configuration, seed: 1, steps: pretrainingSteps))
    while !pretraining.isComplete { try pretraining.advance() }
    return pretraining.model
  }

  /// The first step of GRPO, from the base model each time; rewarded at random, so that there is a
  /// gradient whatever the base model can do.
  private func policyOptimization(_ base: Transformer) throws {
    var settings = GRPOSettings()
    settings.reward = .random
    let prompts = try ProblemSet.adaptation(count: 64, seed: 1).problems.map {
      GradedPrompt(tokens: $0.prompt, answer: $0.answer)
    }
    let model = Transformer(copying: base)
    func start() -> GRPO {
      GRPO(model: model, reference: nil, prompts: prompts, settings: settings, seed: 1)
    }
    var trajectory = start()
    var tokens = 0
    var failure: TrainingError?
    let samples = settings.promptsPerStep * settings.groupSize
    let side = Side {
      model.copyWeights(of: base)
      trajectory = start()
    } run: {
      do throws(TrainingError) {
        tokens = Int(try trajectory.advance().meanTokens * Double(samples))
      } catch { failure = error }
    }
    side.prepare()
    side.run()
    measure(
      "GRPO step, \(settings.promptsPerStep) × \(settings.groupSize)", tokens: tokens,
      products: nil, side)
    if let failure { throw failure }
  }

  /// Step 1 of EM, from the base model each time.
  private func entropyMinimization(_ base: Transformer, _ prompt: [Int32]) throws {
    let settings = EntropyMinimizationSettings()
    let model = Transformer(copying: base)
    var trajectory = try EntropyMinimization(
      model: model, prompts: [prompt], settings: settings, seed: 1)
    var tokens = 0
    var failure: TrainingError?
    let side = Side {
      do throws(TrainingError) {
        model.copyWeights(of: base)
        trajectory = try EntropyMinimization(
          model: model, prompts: [prompt], settings: settings, seed: 1)
      } catch { failure = error }
    } run: {
      do throws(TrainingError) {
        tokens = Int(try trajectory.advance().meanTokens * Double(settings.batch))
      } catch { failure = error }
    }
    side.prepare()
    side.run()
    measure("EM step 1, \(settings.batch) samples", tokens: tokens, products: nil, side)
    if let failure { throw failure }
  }

  /// Greedy answers to 64 problems of each benchmark, graded.
  private func evaluation(_ base: Transformer) throws {
    let sets = try ProblemSet.benchmarks(split: .development, count: 64)
    let settings = EvaluationSettings(
      temperature: 0, samples: 1, seed: 0, maximumNewTokens: 64)
    var failure: (any Error)?
    var tokens = 0
    let side = Side {
      do {
        let result = try evaluate(base, on: sets, settings: settings)
        tokens = result.outcomes.reduce(0) { $0 + $1.samples.reduce(0) { $0 + $1.length } }
      } catch { failure = error }
    }
    side.run()
    measure("greedy evaluation, 4 × 64", tokens: tokens, products: nil, side)
    if let failure { throw failure }
  }
}
