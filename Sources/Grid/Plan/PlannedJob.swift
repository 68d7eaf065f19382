/// What a worker is handed: a connected piece of the stage tree.
package struct PlannedJob: Hashable, Sendable {
  /// The stages that the job completes, in the order of their computation.
  package let stages: [StageKey]
  /// Stages outside the job that must be done before it can start. Each is either done already or
  /// belongs to another job of the same plan.
  package let requires: [StageKey]
  /// A few words for people: `em temperature=0.5 seed=3, 10 steps, 10 × evaluate`.
  package let label: String

  package init(stages: [StageKey], requires: [StageKey], label: String) {
    self.stages = stages
    self.requires = requires
    self.label = label
  }
}
