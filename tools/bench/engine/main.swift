// Times the engine on the work that a grid consists of and prints tokens per second, GFLOP/s and the
// share of the processor's peak.
//
//     swift build -c release --product bench-engine && .build/release/bench-engine [model ...]
//
// FLOPs are those of the matrix products of the linear layers (2 per weight and token forward, 4
// backward); attention and element-wise work count as time but not as FLOPs.

import Glibc
import Keys
import LanguageModel

/// Seconds that this thread has computed: other work on the machine does not count.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Minimum, median and maximum seconds of a run of the body.
func measure(repetitions: Int, _ body: () -> Void) -> (min: Double, median: Double, max: Double) {
  body()
  let times = (0..<repetitions).map { _ in
    let start = now()
    body()
    return now() - start
  }.sorted()
  return (times[0], times[times.count / 2], times[times.count - 1])
}

func right(_ value: Double, _ width: Int, digits: Int = 1) -> String {
  let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
  var text = "\((value * scale).rounded() / scale)"
  if digits == 0, text.hasSuffix(".0") { text.removeLast(2) }
  return String(repeating: " ", count: max(0, width - text.count)) + text
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

struct Bench {
  let name: String
  let model: Transformer
  let peak: Double
  private let stream = RandomStream(seed: 1, purpose: RandomPurpose("bench"))

  init(_ name: String, _ configuration: ModelConfiguration, peak: Double) {
    self.name = name
    self.peak = peak
    model = Transformer(configuration, seed: 1)
  }

  /// Weights of the linear layers.
  private var linearWeights: Double {
    let c = model.configuration
    let embedding = c.tiedEmbeddings ? 0 : c.vocabularySize * c.width
    return Double(c.parameterCount - embedding - (2 * c.layers + 1) * c.width)
  }

  private func tokens(_ count: Int, _ index: Int) -> [Int32] {
    var generator = stream.generator(0, index)
    return (0..<count).map { _ in Int32(generator.below(model.configuration.vocabularySize)) }
  }

  private func report(_ work: String, tokens: Int, flops: Double, _ time: (Double, Double, Double))
  {
    let rate = flops * Double(tokens) / time.1 * 1e-9
    print(
      padded(name, 5), padded(work, 28), right(time.0 * 1e3, 9, digits: 2),
      right(time.1 * 1e3, 9, digits: 2), right(time.2 * 1e3, 9, digits: 2),
      right(Double(tokens) / time.1, 10, digits: 0), right(rate, 8),
      right(100 * rate / peak, 7))
    fflush(nil)
  }

  /// Forward, a gradient of the logits, backward: documents of 17 to 33 tokens.
  func training(documents: Int, repetitions: Int) {
    var batch = PackedBatch()
    for index in 0..<documents {
      let document = tokens(17 + index % 17, index)
      batch.append(document, logitsAt: 0..<document.count)
    }
    let forward = measure(repetitions: repetitions) { _ = model.forward(batch) }
    report(
      "forward, \(documents) documents", tokens: batch.tokens.count, flops: 2 * linearWeights,
      forward)
    let step = measure(repetitions: repetitions) {
      model.zeroGradients()
      let logits = model.forward(batch)
      model.backward(logits)
    }
    report(
      "forward+backward, \(documents) docs", tokens: batch.tokens.count, flops: 6 * linearWeights,
      step)
  }

  /// Generation without a stop token after different prompts of 15 tokens, or after one and the same.
  func generation(prompts count: Int, distinct: Bool, temperature: Double, repetitions: Int) {
    let prompts = (0..<count).map { tokens(15, distinct ? $0 : 0) }
    let settings = SamplingSettings(
      temperature: temperature, topP: temperature > 0 ? 0.95 : 1, maximumNewTokens: 32,
      stopToken: -1)
    let time = measure(repetitions: repetitions) {
      _ = model.generate(prompts: prompts, settings: settings) { sequence, position in
        stream.uniform(0, 0, sequence, position)
      }
    }
    report(
      "\(temperature == 0 ? "greedy" : "sampled"), \(count) \(distinct ? "prompts" : "of one")",
      tokens: count * (32 + (distinct ? 15 : 0)), flops: 2 * linearWeights, time)
  }
}

func configuration(_ width: Int, _ layers: Int, _ heads: Int, _ feedForward: Int, _ vocabulary: Int)
  -> ModelConfiguration
{
  ModelConfiguration(
    vocabularySize: vocabulary, width: width, layers: layers, heads: heads, keyValueHeads: heads,
    feedForwardWidth: feedForward)
}

/// Measured on one core of the reference machine: two fused multiply-adds of eight floats a cycle.
let peak = 102.0
let wanted = CommandLine.arguments.dropFirst()
print(
  "model work                            min ms    median       max   tokens/s  GFLOP/s  % peak")
let models = [
  ("S", configuration(48, 2, 3, 128, 49), 20), ("M", configuration(64, 3, 4, 176, 49), 20),
  ("10M", configuration(320, 8, 5, 864, 1024), 3),
]
for (name, configuration, repetitions) in models where wanted.isEmpty || wanted.contains(name) {
  let bench = Bench(name, configuration, peak: peak)
  bench.training(documents: 48, repetitions: repetitions)
  bench.generation(prompts: 256, distinct: true, temperature: 0, repetitions: repetitions / 3)
  bench.generation(prompts: 64, distinct: false, temperature: 0.5, repetitions: repetitions / 3)
  bench.generation(prompts: 8, distinct: true, temperature: 1, repetitions: repetitions / 3)
}
