/// The learning rate by step: a linear warm-up, then a constant, then if wished a linear fall.
package struct LearningRateSchedule: Hashable, Sendable {
  package var peak: Double
  /// Step s of the first `warmUpSteps` has s / `warmUpSteps` of the peak, counted from 1.
  package var warmUpSteps = 0
  /// The share of all steps, at the end, over which the rate falls to zero, which the step after the
  /// last one would have; 0 is no fall.
  package var fallingShare = 0.0
  /// All steps; means nothing without a fall.
  package var totalSteps = 0

  package static func constant(_ rate: Double) -> LearningRateSchedule {
    LearningRateSchedule(peak: rate)
  }

  /// The rate of the update that leads to the state after `step` steps, `step >= 1`.
  package func rate(step: Int) -> Double {
    var rate = peak
    if step < warmUpSteps { rate *= Double(step) / Double(warmUpSteps) }
    let falling = fallingShare * Double(totalSteps)
    let left = Double(totalSteps - step + 1)
    if falling > 0, left < falling { rate *= left / falling }
    return rate
  }
}
