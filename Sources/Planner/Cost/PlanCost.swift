import Grid

/// What the missing stages of a plan will cost, as far as that is known.
package struct PlanCost: Hashable, Sendable {
  /// How many stages are missing; a whole number but for a sample that stands for all.
  package var stages = 0.0
  /// Expected seconds of one core's work, of the kinds that something comparable was timed of.
  package var seconds = 0.0
  /// The standard error of that prediction; `nil` where nothing is known of how much stages differ.
  package var standardError: Double?
  /// What the standard error was estimated from.
  package var degreesOfFreedom = 0
  /// The kinds of missing stages of which nothing comparable was timed.
  package var unknownKinds: [String] = []
  /// Parameters, other than seeds, that the nearest stages which were timed have other values of.
  package var otherValues: [String] = []
  /// Peak resident bytes of the largest missing stage; `nil` where none is known.
  package var memory: Int?
  /// Bytes of the artifacts that will be kept, before compression; `nil` where a kind is unknown.
  package var disk: Int?

  package init() {}
}
