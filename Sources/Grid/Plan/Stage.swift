/// A piece of computation that runs may share.
package struct Stage: Hashable, Sendable, Codable {
  package let key: StageKey
  package let kind: String
  package let version: Int
  /// The parameters that decide the result, defaults included and ties resolved.
  package let parameters: ParameterAssignment
  /// The keys of the stages it is computed from, in the order of its rule.
  package let parents: [StageKey]
  /// For a state of a trajectory: after how many steps.
  package let step: Int?
  /// What the stages of one trajectory have in common: the key without the step. For any other
  /// stage, its own key.
  package let trajectory: StageKey

  /// Makes the stage and computes its key:
  /// SHA-256 of `{"kind":…,"parameters":{…},"parents":[…],"version":…}`, with `"step":n` for a state
  /// of a trajectory.
  package init(
    kind: String, version: Int, parameters: ParameterAssignment, parents: [StageKey],
    step: Int? = nil
  ) {
    self = StageTemplate(kind: kind, version: version, parameters: parameters)
      .trajectory(parents: parents).stage(step: step)
  }

  /// For `StageTrajectory`, which knows the keys.
  init(
    key: StageKey, kind: String, version: Int, parameters: ParameterAssignment,
    parents: [StageKey], step: Int?, trajectory: StageKey
  ) {
    self.key = key
    self.kind = kind
    self.version = version
    self.parameters = parameters
    self.parents = parents
    self.step = step
    self.trajectory = trajectory
  }
}
