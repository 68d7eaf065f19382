import Grid

/// How long the stage at work has taken, over all attempts that led to what is in memory. For timings
/// only.
struct StageTime {
  let stage: StageKey
  /// When this attempt took it up.
  private let start: Double
  /// What it had taken when the checkpoint was made that this attempt goes on from.
  private var before = 0.0
  /// Whether a later checkpoint has nothing to add: it is this attempt's own, or the second.
  private var isSettled = false

  init(of stage: StageKey, since start: Double) {
    self.stage = stage
    self.start = start
  }

  /// Goes on from a checkpoint; one that was made at work on another stage tells nothing of this one.
  mutating func goOn(from checkpoint: Checkpoint) {
    if !isSettled, checkpoint.stage == stage { before = checkpoint.seconds }
    isSettled = true
  }

  /// A checkpoint of what is in memory at the instant `now`.
  mutating func checkpoint(_ state: [UInt8], at now: Double) -> Checkpoint {
    isSettled = true
    return Checkpoint(stage: stage, seconds: seconds(at: now), state: state)
  }

  func seconds(at now: Double) -> Double { before + now - start }
}
