import Keys

/// Rules that say, looking at no label, where a trajectory should have stopped, and what they are
/// judged by afterwards.
package struct Stopping: Hashable, Sendable, Codable {
  /// Stops at the first step at which something is seen in one metric.
  package struct Rule: Hashable, Sendable, Codable {
    package enum Criterion: Hashable, Sendable, Codable {
      /// The metric is at most so large a share of its value at the first step: entropy.
      case shareOfStart(Double)
      /// The metric is above a bound: repetition, a budget of divergence.
      case above(Double)
      /// The metric has risen by less than this since the step before: the vote's plateau.
      case gainBelow(Double)
    }

    package let metric: String
    package let criterion: Criterion

    package init(metric: String, criterion: Criterion) {
      self.metric = metric
      self.criterion = criterion
    }

    /// Whether the rule stops at a step.
    ///
    /// - Parameter values: the metric at the steps up to this one; not empty.
    package func stops(after values: ArraySlice<Double>) -> Bool {
      guard let first = values.first, let last = values.last else { return false }
      switch criterion {
      case .shareOfStart(let share): return values.count > 1 && last <= share * first
      case .above(let bound): return last > bound
      case .gainBelow(let gain):
        return values.count > 1 && last - values[values.endIndex - 2] < gain
      }
    }
  }

  /// The axis along which trajectories run.
  package let axis: String
  /// What a step is worth.
  package let metric: String
  /// A step to stop at in any case, to compare with.
  package let fixed: Double?
  package let rules: [Rule]

  package init(axis: String, metric: String, fixed: Double?, rules: [Rule]) {
    self.axis = axis
    self.metric = metric
    self.fixed = fixed
    self.rules = rules
  }

  package var canonical: CanonicalJSON {
    .object([
      "axis": .string(axis), "metric": .string(metric),
      "fixed": fixed.map { .number($0) } ?? .null,
      "rules": .array(rules.map(\.canonical)),
    ])
  }
}

extension Stopping.Rule {
  fileprivate var canonical: CanonicalJSON {
    let criterion: (String, Double) =
      switch criterion {
      case .shareOfStart(let share): ("share_of_start", share)
      case .above(let bound): ("above", bound)
      case .gainBelow(let gain): ("gain_below", gain)
      }
    return .object(["watch": .string(metric), criterion.0: .number(criterion.1)])
  }
}
