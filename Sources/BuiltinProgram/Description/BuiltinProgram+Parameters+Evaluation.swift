import Grid
import Problems

extension BuiltinProgram {
  static let evaluationParameters = [
    ParameterDescription(
      name: "evaluation_split",
      type: .choice([Split.benchmark.rawValue, Split.development.rawValue]),
      defaultValue: .string(Split.benchmark.rawValue),
      about: "The problems to measure on: benchmark to report, development to choose settings."),
    ParameterDescription(
      name: "evaluation_problems",
      type: .integer(minimum: 1, maximum: ProblemSet.longestBenchmark), defaultValue: .integer(64),
      about: "Problems in each set."),
    ParameterDescription(
      name: "evaluation_domain", type: choice(Domain.self),
      defaultValue: .string(Domain.both.rawValue),
      about: "With corpus both: the benchmarks to measure on.",
      relevantWhen: Relevance.withBothDomains),
    ParameterDescription(
      name: "evaluation_temperature", type: .number(minimum: 0, maximum: 10),
      defaultValue: .number(0), about: "Temperature at which answers are drawn; 0 is greedy."),
    ParameterDescription(
      name: "evaluation_samples", type: .integer(minimum: 1, maximum: 1024),
      defaultValue: .integer(16),
      about: "Answers sampled to each problem, where evaluation is not greedy.",
      relevantWhen: Relevance.sampledEvaluation),
    ParameterDescription(
      name: "evaluation_seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
      about: "Decides the random numbers of sampled answers.",
      relevantWhen: Relevance.sampledEvaluation),
    ParameterDescription(
      name: "evaluation_tokens", type: .integer(minimum: 1, maximum: 1024),
      defaultValue: .integer(64), about: "The most new tokens of an answer."),
    ParameterDescription(
      name: "samples_temperature", type: .number(minimum: 0.01, maximum: 10),
      defaultValue: .number(1),
      about: "Temperature of the answers that the measurement samples takes."),
    ParameterDescription(
      name: "samples_per_problem", type: .integer(minimum: 1, maximum: 1024),
      defaultValue: .integer(16),
      about: "Answers to each problem that the measurement samples takes."),
    ParameterDescription(
      name: "measurement_seed", type: .integer(minimum: 0, maximum: nil),
      defaultValue: .integer(0),
      about: "Decides the random numbers of the measurements samples and logits."),
  ]
}
