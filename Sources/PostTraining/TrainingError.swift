/// Why a training cannot go on. Steps are counted from 1, as in reports: step 3 is the update that
/// leads to the state after three steps.
package enum TrainingError: Error, Hashable, CustomStringConvertible {
  /// The loss of a step was NaN or infinite; nothing was updated.
  case lossNotFinite(step: Int)
  /// The norm of a step's gradient was NaN or infinite; nothing was updated.
  case gradientNotFinite(step: Int)
  /// The batch cannot be cut into equal micro-batches.
  case unevenMicroBatches(batch: Int, accumulation: Int)
  /// The loss divides by it, as it does where it is tied to a sampling temperature of 0.
  case lossTemperatureNotPositive(Double)
  /// A kept state does not fit the training that it should continue.
  case stateDoesNotFit(String)

  package var description: String {
    switch self {
    case .lossNotFinite(let step):
      "the loss of step \(step) is not a finite number; try a lower learning_rate"
    case .gradientNotFinite(let step):
      "the gradient of step \(step) is not finite; try a lower learning_rate"
    case .unevenMicroBatches(let batch, let accumulation):
      "a batch of \(batch) samples does not divide into \(accumulation) equal micro-batches; "
        + "choose an accumulation that divides the batch"
    case .lossTemperatureNotPositive(let temperature):
      "a loss_temperature of \(temperature) cannot divide logits; choose one above 0, and a number "
        + "instead of tied where temperature is 0"
    case .stateDoesNotFit(let why):
      "the kept state does not fit this training: \(why)"
    }
  }
}
