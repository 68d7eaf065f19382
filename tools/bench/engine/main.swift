// Times the engine on the work that a grid consists of, in turn with the bare matrix products of the
// same shapes: tokens a second, GFLOP/s, the share of the processor's peak, and the share of the
// work's time that the products alone take, with the engine's own kernels and with OpenBLAS.
//
//     tools/bench/engine/run [--json FILE] [--check] [--only TEXT] [S] [M] [10M] [dense] [135M]
//
// Operations are those of the products of the linear layers (2 a weight and token forward, 4
// backward). Attention, norms, sampling and so on count as time and not as operations, so 100% is out
// of reach. Times are processor time of the one thread.

import Glibc
import LanguageModel
import Problems

func llama(
  _ vocabulary: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil,
  feedForward: Int, tied: Bool = false
) -> ModelConfiguration {
  ModelConfiguration(
    vocabularySize: vocabulary, width: width, layers: layers, heads: heads,
    keyValueHeads: keyValueHeads ?? heads, feedForwardWidth: feedForward, tiedEmbeddings: tied)
}

func main() throws {
  var names: [String] = []
  var file: String?
  var only = ""
  var isChecked = false
  var arguments = CommandLine.arguments.dropFirst().makeIterator()
  let known = ["S", "M", "10M", "dense", "135M"]
  while let argument = arguments.next() {
    if argument == "--json", let path = arguments.next() {
      file = path
    } else if argument == "--check" {
      isChecked = true
    } else if argument == "--only", let text = arguments.next() {
      only = text
    } else if known.contains(argument) {
      names.append(argument)
    } else {
      print(
        "usage: bench-engine [--json FILE] [--check] [--only TEXT] [\(known.joined(separator: "] ["))]"
      )
      exit(2)
    }
  }
  let missing = Processor.missingFeatures
  guard missing.isEmpty else {
    print("this processor lacks \(missing.joined(separator: " and ")), which the engine needs")
    exit(2)
  }
  func wanted(_ name: String) -> Bool {
    names.isEmpty ? name != "135M" : names.contains(name)
  }

  let blas = OpenBLAS()
  let report = Report()
  report.printHeader(blas: blas?.description)
  let words = Vocabulary.tokens.count
  let models = [
    ("S", llama(words, width: 48, layers: 2, heads: 3, feedForward: 128), 30),
    ("M", llama(words, width: 64, layers: 3, heads: 4, feedForward: 176), 30),
    ("10M", llama(1024, width: 320, layers: 8, heads: 5, feedForward: 864), 5),
  ]
  for (name, configuration, repetitions) in models where wanted(name) {
    let bench = Bench(
      name, configuration, repetitions: repetitions, blas: blas, report: report,
      only: only)
    bench.pretraining()
    try bench.postTraining(pretrainingSteps: configuration.vocabularySize == words ? 600 : 0)
    bench.sampling(sequences: 64, prompt: 16, new: 32, temperature: 1)
    bench.sampling(sequences: 8, prompt: 16, new: 32, temperature: 1)
  }
  if wanted("dense") {
    let bench = Bench(
      "dense", llama(256, width: 128, layers: 4, heads: 4, feedForward: 352), repetitions: 9,
      blas: blas, report: report,
      only: only)
    bench.denseTraining(sequences: 32, length: 96)
    bench.sampling(sequences: 64, prompt: 32, new: 64, temperature: 1)
    bench.sampling(sequences: 64, prompt: 32, new: 64, temperature: 0.5, topP: 0.95)
    bench.sampling(sequences: 8, prompt: 32, new: 64, temperature: 1)
    bench.sampling(sequences: 1, prompt: 32, new: 64, temperature: 0)
  }
  var isWithin = true
  if wanted("135M") {
    // The shape of SmolLM-135M.
    var bench = Bench(
      "135M",
      llama(
        49152, width: 576, layers: 30, heads: 9, keyValueHeads: 3, feedForward: 1536, tied: true),
      repetitions: 1, blas: blas, report: report, only: only)
    bench.withProducts = false
    isWithin = bench.memory(sequences: 4, length: 64)
  }
  if let file {
    guard let stream = fopen(file, "w") else {
      print("\(file) cannot be written: \(String(cString: strerror(errno)))")
      exit(2)
    }
    let written = fputs(report.json(blas: blas?.description), stream)
    guard fclose(stream) == 0, written >= 0 else {
      print("\(file) was not written completely: \(String(cString: strerror(errno)))")
      exit(2)
    }
  }
  for sentence in report.missed { print(sentence) }
  if isChecked, !report.missed.isEmpty { exit(1) }
  guard isWithin else {
    print("the large model took more than four times its weights and its activations")
    exit(1)
  }
}

try main()
