import LanguageModel
import Problems

/// What decides a pretrained model. The defaults are those of the study that the built-in models
/// continue: they bring the corpus's hidden competence out in some thousand steps.
package struct PretrainingSettings: Hashable, Sendable {
  package var configuration: ModelConfiguration
  /// Decides the initial weights and the documents.
  package var seed: UInt64
  package var steps: Int
  /// What the corpus is made of; the configuration's vocabulary must be the domain's.
  package var domain = Domain.arithmetic
  package var documentsPerStep = 48
  package var learningRate = 5e-3
  package var warmUpSteps = 100
  /// The share of the steps, at the end, over which the learning rate falls to zero.
  package var fallingShare = 0.4

  package init(configuration: ModelConfiguration, seed: UInt64, steps: Int) {
    self.configuration = configuration
    self.seed = seed
    self.steps = steps
  }

  var schedule: LearningRateSchedule {
    LearningRateSchedule(
      peak: learningRate, warmUpSteps: warmUpSteps, fallingShare: fallingShare, totalSteps: steps)
  }

  var optimizer: AdamWSettings {
    AdamWSettings(beta1: 0.9, beta2: 0.98, weightDecay: 0.05, clip: 1)
  }
}
