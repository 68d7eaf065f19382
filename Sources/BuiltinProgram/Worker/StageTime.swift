import Grid

/// How long the stage at work has taken, over all attempts that led to what is in memory. For timings
/// only.
struct StageTime {
  let stage: StageKey
  /// When this attempt took it up.
  private let start: Double
  /// What it had taken when the latest checkpoint was made that this attempt goes on from.
  private var before = 0.0
  /// The checkpoints that this attempt has made, by the stage or trajectory that they are of.
  private var own: Set<StageKey> = []

  init(of stage: StageKey, since start: Double) {
    self.stage = stage
    self.start = start
  }

  /// Goes on from a checkpoint. One that was made at work on another stage tells nothing of this one, and
  /// what this attempt did is counted anyway.
  mutating func goOn(from note: CheckpointNote, of key: StageKey) {
    if note.stage == stage, !own.contains(key) { before = max(before, note.seconds) }
  }

  /// What a checkpoint says that is made at the instant `now`.
  mutating func note(of key: StageKey, at now: Double) -> CheckpointNote {
    own.insert(key)
    return CheckpointNote(stage: stage, seconds: seconds(at: now))
  }

  func seconds(at now: Double) -> Double { before + now - start }
}
