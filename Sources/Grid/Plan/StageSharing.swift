/// How far the runs of a plan share the stages of one kind.
package struct StageSharing: Hashable, Sendable {
  package let kind: String
  /// Distinct stages, each computed once.
  package let stages: Int
  /// How many stages of this kind it would take if every run computed its own.
  package let uses: Int
  /// Steps computed when trajectories are shared: the longest needed state of each trajectory.
  /// Zero for a kind without steps.
  package let steps: Int
  /// Steps computed if every run walked its own way from the start.
  package let stepsAlone: Int

  package init(kind: String, stages: Int, uses: Int, steps: Int, stepsAlone: Int) {
    self.kind = kind
    self.stages = stages
    self.uses = uses
    self.steps = steps
    self.stepsAlone = stepsAlone
  }
}
