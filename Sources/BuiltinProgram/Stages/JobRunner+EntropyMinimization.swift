import CShims
import Grid
import LanguageModel
import PostTraining

extension JobRunner {
  /// Makes the step that leads to a state of a trajectory, after the steps before it if need be.
  func minimiseEntropy(_ stage: Stage) throws -> StageOutcome {
    let walk = try walk(to: stage, reportingLastStep: true)
    guard let step = walk.lastStep else {
      preconditionFailure("a walk ended without its last step")
    }
    var artifacts: [ArtifactReference] = []
    // A trajectory that is left here goes on from here.
    if keeps(stage.key) || isDraining() {
      artifacts.append(try put(walk.training.model.serialized(), .state, of: stage))
      artifacts.append(try put(walk.training.serializedOptimizer(), .optimizer, of: stage))
    }
    return StageOutcome(
      metrics: [
        "loss": step.loss, "gradient_norm": step.gradientNorm, "sample_tokens": step.meanTokens,
        "distinct_samples": Double(step.distinctSamples),
      ], artifacts: artifacts)
  }

  /// The model after a stage, to be read only.
  func state(_ stage: Stage) throws -> Transformer {
    stage.step == nil
      ? try preparedModel(stage) : try walk(to: stage, reportingLastStep: false).training.model
  }

  /// Goes to a state of a trajectory from the nearest place before it: the trajectory in memory, a
  /// kept state, or its start.
  ///
  /// - Parameter reportingLastStep: whether what the last step did is wanted, so that it has to be
  ///   made even where the state is at hand.
  private func walk(to stage: Stage, reportingLastStep: Bool) throws -> TrajectoryWalk {
    let target = stage.step ?? 0
    if let walk, walk.trajectory == stage.trajectory,
      walk.training.step < target
        || walk.training.step == target && (!reportingLastStep || walk.lastStep != nil)
    {
      // Goes on below.
    } else {
      walk = nil
      walk = try start(of: stage, before: reportingLastStep ? target - 1 : target)
    }
    guard var walk else { preconditionFailure("a trajectory has a start") }
    // Until the walk is whole again there is none: a step that throws leaves half a state.
    self.walk = nil
    while walk.training.step < target {
      espalier_fault_pass(ESPALIER_FAULT_TRAINING)
      walk.lastStep = try walk.training.advance()
      progress(stage, done: walk.training.step, total: target, unit: "steps") {
        "loss \(decimal(walk.lastStep?.loss ?? 0))"
      }
    }
    self.walk = walk
    return walk
  }

  /// The trajectory at its latest kept state that is not behind `last`, or at its start.
  private func start(of stage: Stage, before last: Int) throws -> TrajectoryWalk {
    let parameters = StageParameters(stage)
    let settings = try parameters.entropyMinimization()
    let seed = try parameters.seed("seed")
    let selection = try parent(1, of: stage)
    let candidates = try open(.prompts, of: selection) { try RankedPrompts(serialized: $0) }
    let prompt = try candidates.prompt(rank: try parameters.integer("prompt"))

    for kept in states(of: stage.trajectory, upTo: last)
    where has(.state, of: kept) && has(.optimizer, of: kept) {
      let model = try open(.state, of: kept) { try Transformer(serialized: $0) }
      let training = try open(.optimizer, of: kept) {
        try EntropyMinimization(
          model: model, serializedOptimizer: $0, prompts: [prompt], settings: settings, seed: seed)
      }
      return TrajectoryWalk(trajectory: stage.trajectory, training: training)
    }
    let model = Transformer(copying: try state(try parent(0, of: stage)))
    let training = try EntropyMinimization(
      model: model, prompts: [prompt], settings: settings, seed: seed)
    return TrajectoryWalk(trajectory: stage.trajectory, training: training)
  }
}
