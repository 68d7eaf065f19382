/// A schedule that follows what training does: after each step it moves one setting by a factor, so
/// that something measured keeps to a course.
///
/// With m the factor (1 at the start, always within `bounds`) and e the relative error of what was
/// measured, cut off at ±1,
///
///     m ← m · exp(gain · e),
///
/// an integral controller in the logarithm: the form of the adaptive KL controller of Ziegler et al.
/// (arXiv 1909.08593, section 2.2). The setting is its start value times m.
///
/// A factor alone cannot hold a divergence: AdamW makes a step of the same length from a smaller
/// gradient, and what a step has spent does not come back. So with a budget an update is also halved
/// until the divergence on its own samples is within the course, or no greater than before it,
/// whichever setting is moved; one that is not after `mostHalvings` is left out.
package struct Adaptation: Hashable, Sendable {
  /// What keeps to a course.
  package enum Target: String, CaseIterable, Codable, Sendable {
    /// Nothing does: settings are constant.
    case none
    /// The entropy of the samples: it falls by the same share each step. With H before and after a
    /// step, e = 1 − ln(H before / H after) / −ln(1 − share).
    case entropyRate = "entropy_rate"
    /// The divergence from the base model: it rises evenly to a budget and stays there. After n
    /// steps of the method since the base model, with c = budget · min(1, n / steps),
    /// e = 1 − divergence / c, and no update may bring the divergence on its own samples above c, or
    /// raise it where it is above c already.
    case klBudget = "kl_budget"
  }

  /// What is moved.
  package enum Setting: String, CaseIterable, Codable, Sendable {
    case learningRate = "learning_rate"
    /// What is measured stays that at the start's temperature.
    case lossTemperature = "loss_temperature"
  }

  package var target = Target.none
  package var setting = Setting.learningRate
  /// The share by which the entropy is to fall in a step.
  package var entropyRate = 0.1
  /// In nats per counted token.
  package var klBudget = 0.1
  /// Over how many steps of the method, counted from the base model, the budget is spent.
  package var klBudgetSteps = 10
  package var gain = 0.5

  /// The factor stays within them.
  static let bounds = 1.0 / 32...32
  /// Of an update that would spend more than the budget.
  static let mostHalvings = 6

  package init() {}
}
