import Keys

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
    var members: [String: CanonicalJSON] = [
      "kind": .string(kind),
      "version": .integer(version),
      "parameters": parameters.canonical,
      "parents": .array(parents.map { .string($0.hex) }),
    ]
    let trajectory = StageKey(CanonicalJSON.object(members).digest)
    if let step {
      members["step"] = .integer(step)
      key = StageKey(CanonicalJSON.object(members).digest)
    } else {
      key = trajectory
    }
    self.kind = kind
    self.version = version
    self.parameters = parameters
    self.parents = parents
    self.step = step
    self.trajectory = trajectory
  }
}
