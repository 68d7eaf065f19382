import Grid

/// What a grid may ask to be measured beside what every run is: each costs time.
package enum Measurement: String, CaseIterable, Sendable {
  case repetition, samples, drift, logits

  /// One sentence for listings.
  package var about: String {
    switch self {
    case .repetition:
      "How much the answers of the evaluation repeat themselves; next to nothing beside it."
    case .samples:
      "Several sampled answers to each problem: pass@k, vote, calibration of three confidences; costs "
        + "samples_per_problem times a greedy evaluation."
    case .drift:
      "Argmax flips and divergence from the base model on the base model's greedy answers; two passes "
        + "over them."
    case .logits:
      "Mean, deviation and skewness of the logits in the paper's definition, in a raw one and on a "
        + "fixed text, with a histogram as artifact; 20 answers."
    }
  }

  /// What decides the domain of the problems.
  private static let domain = ["corpus", "evaluation_domain"]

  /// What the grid's stages of the measurement are made by.
  static let rules: [StageRule] = [
    rule(
      .repetition, .repetition, parents: [.state],
      parameters: [
        "evaluation_split", "evaluation_problems", "evaluation_temperature", "evaluation_samples",
        "evaluation_seed", "evaluation_tokens",
      ] + domain),
    rule(
      .samples, .samples, parents: [.state],
      parameters: [
        "evaluation_split", "evaluation_problems", "evaluation_tokens", "samples_temperature",
        "samples_per_problem", "measurement_seed",
      ] + domain),
    rule(.drift, .drift, parents: [.state, .kind(StageKind.baseText.rawValue)], parameters: []),
    rule(
      .logits, .logits, parents: [.state],
      parameters: ["evaluation_split", "evaluation_tokens", "measurement_seed"] + domain),
  ]

  /// The greedy answers of the base model, which stands where adaptation begins.
  static let baseTextRule = rule(
    .drift, .baseText, parents: [.state],
    parameters: ["evaluation_split", "evaluation_problems", "evaluation_tokens"] + domain,
    product: .side)

  private static func rule(
    _ measurement: Measurement, _ kind: StageKind, parents: [StageRule.Parent],
    parameters: [String], product: StageRule.Product = .measurement
  ) -> StageRule {
    StageRule(
      kind: kind.rawValue, version: kind.version, parents: parents, parameters: parameters,
      product: product, measurement: measurement.rawValue)
  }
}
