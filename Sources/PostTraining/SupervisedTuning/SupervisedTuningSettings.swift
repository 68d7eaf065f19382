/// What decides a trajectory of supervised fine-tuning, besides its start, solutions and seed.
package struct SupervisedTuningSettings: Hashable, Sendable {
  /// Problems in an update.
  package var batch = 32
  package var learningRate = 5e-4
  package var weightDecay = 0.01
  /// The largest norm of an update's gradient.
  package var clip = 1.0

  package init() {}

  var optimizer: AdamWSettings { AdamWSettings(weightDecay: weightDecay, clip: clip) }
}
