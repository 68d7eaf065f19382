// Counts the rows of trees of samples against the tokens of the plain batches that they stand for,
// and times a forward and backward pass with sampling on both, on real batches: a base model that is
// trained here (or loaded), prompts of the adaptation split, before and after entropy minimization.
//
//     swift run -c release bench-tree [FOLDER]
//
// FOLDER holds model M's checkpoint, or receives it.

import Foundation
import Kernels
import Keys
import LanguageModel
import PostTraining
import Problems

let medium = ModelConfiguration(
  vocabularySize: Vocabulary.tokens.count, width: 64, layers: 3, heads: 4, keyValueHeads: 4,
  feedForwardWidth: 176)
let samples = 64

func base() throws -> Transformer {
  let folder = CommandLine.arguments.dropFirst().first
  if let folder, FileManager.default.fileExists(atPath: folder + "/model.safetensors") {
    return try Transformer(folder: folder)
  }
  let training = Pretraining(PretrainingSettings(configuration: medium, seed: 0, steps: 3500))
  while !training.isComplete { try training.advance() }
  if let folder {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try training.model.save(
      to: folder, tokenizer: WordTokenizer(vocabulary: Vocabulary.tokens),
      stopToken: Vocabulary.end)
  }
  return training.model
}

/// Milliseconds of processor time.
func milliseconds(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
  }
  let start = now()
  body()
  return now() - start
}

/// One batch of samples of one prompt: its sizes and what it costs, a pass on sampled trees (whose
/// forward pass is the sampling) and on plain batches (generation, then forward and backward).
struct Batch {
  var plainRows = 0
  var treeRows = 0
  var distinct = 0
  var treeMilliseconds = 0.0
  var plainMilliseconds = 0.0

  init(_ model: Transformer, _ prompt: [Int32], temperature: Double, index: Int) {
    let stream = RandomStream(seed: 0, purpose: RandomPurpose("bench/tree"))
    let settings = SamplingSettings(
      temperature: temperature, topP: 0.95, maximumNewTokens: 64, stopToken: Vocabulary.end)
    func uniform(_ sample: Int, _ position: Int) -> Float {
      stream.uniform(0, index, sample, position)
    }
    func finish(_ logits: Matrix) {
      let weights = [Float](repeating: 1 / Float(logits.rows), count: logits.rows)
      model.zeroGradients()
      _ = entropyGradient(replacing: logits, weights: weights, temperature: 0.5)
      model.backward(logits)
    }
    treeMilliseconds = milliseconds {
      let batch = model.sampleTree(
        prompts: [prompt], promptOfSample: Array(repeating: 0, count: samples), settings: settings,
        uniform: uniform)
      treeRows = batch.tree.rowCount
      distinct = batch.tree.distinctSamples
      finish(batch.logits)
    }
    plainMilliseconds = milliseconds {
      let generations = model.generate(
        prompts: Array(repeating: prompt, count: samples), settings: settings, uniform: uniform)
      var batch = PackedBatch()
      for generation in generations {
        let sequence = prompt + generation.tokens.dropLast()
        batch.append(sequence, logitsAt: prompt.count - 1..<sequence.count)
      }
      plainRows = batch.tokens.count
      finish(model.forward(batch))
    }
  }
}

func row(_ cells: [String]) {
  print(
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, (index == 0 ? 30 : 10) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined())
  fflush(nil)
}

func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

func report(_ title: String, _ model: Transformer, _ prompts: [[Int32]], temperature: Double) {
  let batches = prompts.enumerated().map {
    Batch(model, $1, temperature: temperature, index: $0)
  }
  func mean(_ value: (Batch) -> Double) -> Double {
    batches.reduce(0) { $0 + value($1) } / Double(batches.count)
  }
  row([
    title, text(temperature), text(mean { Double($0.plainRows) }, 0),
    text(mean { Double($0.treeRows) }, 0),
    text(mean { Double($0.plainRows) } / mean { Double($0.treeRows) }),
    text(mean { Double($0.distinct) }), text(mean { $0.treeMilliseconds }, 2),
    text(mean { $0.plainMilliseconds }, 2),
  ])
}

let model = try base()
let prompts = try ProblemSet.adaptation(count: 24, seed: 1).problems.map(\.prompt)
let selection = PromptSelection()
let selected = try selection.ranked(selection.tried(by: model))[0].prompt
row(["M, 64 samples, top-p 0.95", "T", "plain", "tree", "ratio", "distinct", "tree ms", "plain ms"])
for temperature in [0.3, 0.5, 0.7, 1] {
  report("base, 24 prompts", model, prompts, temperature: temperature)
}
for temperature in [0.3, 0.5, 0.7, 1] {
  report("base, selected prompt", model, [selected], temperature: temperature)
}
for prompt in [selected, prompts[0]] {
  let trained = Transformer(copying: model)
  let training = try EntropyMinimization(
    model: trained, prompts: [prompt], settings: EntropyMinimizationSettings(), seed: 0)
  let name = prompt == selected ? "selected" : "arbitrary"
  for steps in [1, 5, 10, 20] {
    while training.step < steps { _ = try training.advance() }
    report("EM \(steps), \(name) prompt", trained, [prompt], temperature: 0.5)
  }
}
