/// What a completed stage reports.
package struct StageResult: Hashable, Sendable, Codable {
  package let stage: StageKey
  /// Finite numbers by name.
  package let metrics: [String: Double]
  package let artifacts: [ArtifactReference]
  /// How long the stage took, in seconds, over the attempts that went on from each other. For timings
  /// only; never part of a result.
  package let seconds: Double

  package init(
    stage: StageKey, metrics: [String: Double], artifacts: [ArtifactReference] = [],
    seconds: Double
  ) {
    self.stage = stage
    self.metrics = metrics
    self.artifacts = artifacts
    self.seconds = seconds
  }
}
