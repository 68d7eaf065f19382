import Grid
import PostTraining

/// A trajectory of entropy minimization in memory, somewhere on its way.
struct TrajectoryWalk {
  /// What its states have in common.
  let trajectory: StageKey
  let training: EntropyMinimization
  /// What the step that led here did; `nil` at the start and after opening a kept state.
  var lastStep: EntropyMinimization.Step?
}
