import Artifacts
import Glibc
import Keys

/// An adaptation under way.
struct AdaptiveController: Hashable {
  let adaptation: Adaptation
  /// m: what the setting is multiplied by.
  private(set) var factor = 1.0
  /// The entropy that was measured before the last step.
  private var lastEntropy: Double?

  init(_ adaptation: Adaptation) {
    self.adaptation = adaptation
  }

  /// The factor of a setting in the next step.
  func factor(of setting: Adaptation.Setting) -> Double {
    adaptation.target != .none && adaptation.setting == setting ? factor : 1
  }

  /// Takes in what was measured before the next step.
  ///
  /// - Parameters:
  ///   - steps: of the method that were made since the base model, those of a schedule's earlier
  ///     phases included.
  ///   - entropy: of this step's samples.
  ///   - divergence: from the base model; `nil` where it is not measured.
  mutating func observe(steps: Int, entropy: Double, divergence: Double?) {
    switch adaptation.target {
    case .none: return
    case .entropyRate:
      // Without entropy there is no rate.
      if let lastEntropy, lastEntropy > 0, entropy > 0 {
        let wanted = -log1p(-adaptation.entropyRate)
        move(by: 1 - log(lastEntropy / entropy) / wanted)
      }
      lastEntropy = entropy
    case .klBudget:
      guard steps > 0, let divergence, let budget = budget(after: steps) else { return }
      move(by: 1 - divergence / budget)
    }
  }

  /// The course: the divergence that the samples of a step may have after it, when `steps` have been
  /// made with it, counted as in `observe`; `nil` without a budget.
  func budget(after steps: Int) -> Double? {
    guard adaptation.target == .klBudget else { return nil }
    return adaptation.klBudget * min(1, Double(steps) / Double(adaptation.klBudgetSteps))
  }

  /// Takes in what share of an update was made: where the learning rate is what is moved, the next one
  /// begins there. One that was left out halves it, once: other samples may say otherwise.
  mutating func shorten(by share: Double) {
    guard adaptation.setting == .learningRate else { return }
    factor = max(Adaptation.bounds.lowerBound, factor * (share > 0 ? share : 0.5))
  }

  private mutating func move(by error: Double) {
    guard !error.isNaN else { return }
    let moved = factor * exp(adaptation.gain * min(1, max(-1, error)))
    factor = min(Adaptation.bounds.upperBound, max(Adaptation.bounds.lowerBound, moved))
  }

  // MARK: Kept states

  private static let factorKey = "adaptation.factor"
  private static let entropyKey = "adaptation.entropy"

  /// What a container needs to hold for `init(_:container:)`; nothing without an adaptation.
  var metadata: [String: String] {
    if adaptation.target == .none { return [:] }
    var metadata = [Self.factorKey: CanonicalJSON.text(of: factor)]
    metadata[Self.entropyKey] = lastEntropy.map { CanonicalJSON.text(of: $0) }
    return metadata
  }

  /// - Throws: `TrainingError.stateDoesNotFit`.
  init(_ adaptation: Adaptation, container: Safetensors) throws(TrainingError) {
    self.init(adaptation)
    if adaptation.target == .none { return }
    guard let text = container.metadata[Self.factorKey], let factor = Double(text),
      Adaptation.bounds.contains(factor)
    else { throw .stateDoesNotFit("it does not say its \(Self.factorKey)") }
    self.factor = factor
    if let text = container.metadata[Self.entropyKey] {
      guard let entropy = Double(text) else {
        throw .stateDoesNotFit("its \(Self.entropyKey) is no number")
      }
      lastEntropy = entropy
    }
  }
}
