/// A job by the places of its stages in the list of a plan's stages.
package struct PlacedJob: Hashable, Sendable {
  /// The stages that the job completes, in the order of their computation.
  package let stages: [Int32]
  /// Stages outside the job that must be done before it can start.
  package let requires: [Int32]
  /// A few words for people.
  package let label: String

  package init(stages: [Int32], requires: [Int32], label: String) {
    self.stages = stages
    self.requires = requires
    self.label = label
  }
}
