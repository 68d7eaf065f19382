import Grid
import PostTraining

/// A trajectory in memory, somewhere on its way.
struct TrajectoryWalk {
  /// What its states have in common.
  let trajectory: StageKey
  let training: any ReportingTrajectory
  /// What the step that led here reports; `nil` at the start and after opening a kept state.
  var lastMetrics: [String: Double]?
}

/// A trajectory whose steps report metrics under the names of columns.
protocol ReportingTrajectory: Trajectory {
  /// Makes one step. The metrics have a `loss`.
  func makeStep() throws(TrainingError) -> [String: Double]
}

extension EntropyMinimization: ReportingTrajectory {
  func makeStep() throws(TrainingError) -> [String: Double] {
    let step = try advance()
    var metrics = [
      "loss": step.loss, "gradient_norm": step.gradientNorm, "sample_tokens": step.meanTokens,
      "distinct_samples": Double(step.distinctSamples),
    ]
    metrics["sample_entropy"] = step.entropy
    metrics["kl"] = step.divergence
    metrics["adaptation_factor"] = step.factor
    metrics["update_share"] = step.share
    return metrics
  }
}

extension SupervisedTuning: ReportingTrajectory {
  func makeStep() throws(TrainingError) -> [String: Double] {
    let step = try advance()
    return ["loss": step.loss, "gradient_norm": step.gradientNorm]
  }
}

extension GRPO: ReportingTrajectory {
  func makeStep() throws(TrainingError) -> [String: Double] {
    let step = try advance()
    var metrics = [
      "loss": step.loss, "gradient_norm": step.gradientNorm, "sample_tokens": step.meanTokens,
      "distinct_samples": Double(step.distinctSamples), "reward": step.meanReward,
      "reward_std": step.rewardDeviation, "sample_accuracy": step.accuracy,
      "zero_advantage": step.idleGroups,
    ]
    metrics["kl"] = step.divergence
    metrics["clip_fraction"] = step.clipFraction
    return metrics
  }
}
