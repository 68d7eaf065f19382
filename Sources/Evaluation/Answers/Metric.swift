import Problems

/// What an evaluation measures, under the names that grids and exports use.
package enum Metric: Hashable, Sendable {
  case accuracy
  case accuracyOn(Benchmark)
  case formatRate
  case terminationRate
  case meanTokens
  case meanEntropy
  case meanLogProbability
  case passAt(Int)

  /// The metrics in the order of exports.
  package static let all: [Metric] =
    [.accuracy] + Benchmark.allCases.map(Metric.accuracyOn)
    + [.formatRate, .terminationRate, .meanTokens, .meanEntropy, .meanLogProbability]
    + passes.map(Metric.passAt)

  /// The k of pass@k; each needs as many samples of every problem.
  package static let passes = [1, 4, 16, 64]

  /// The metric with the given name.
  package init?(name: String) {
    guard let metric = Self.all.first(where: { $0.name == name }) else { return nil }
    self = metric
  }

  /// The name in snake case.
  package var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .accuracyOn(let benchmark): "accuracy_\(benchmark.rawValue)"
    case .formatRate: "format_rate"
    case .terminationRate: "termination_rate"
    case .meanTokens: "mean_tokens"
    case .meanEntropy: "mean_entropy"
    case .meanLogProbability: "mean_log_probability"
    case .passAt(let k): "pass_at_\(k)"
    }
  }

  /// One sentence for listings.
  package var about: String {
    switch self {
    case .accuracy: "share of right answers, mean of the benchmarks"
    case .accuracyOn(let benchmark):
      "share of right answers on the benchmark \(benchmark.rawValue): \(benchmark.about)"
    case .formatRate: "share of samples with a well-formed marked answer, right or wrong"
    case .terminationRate: "share of samples that end before the token limit"
    case .meanTokens: "generated tokens a sample, the end token included"
    case .meanEntropy: "entropy of the next-token distribution in nats, mean over generated tokens"
    case .meanLogProbability: "log-probability of the generated tokens in nats, their mean"
    case .passAt(let k):
      "chance that at least one of \(k) samples is right, unbiased; needs \(k) samples or more"
    }
  }
}
