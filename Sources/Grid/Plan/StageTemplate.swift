import Keys

/// What stages of one kind with the same parameters have in common. Made once for many stages, it
/// saves writing and hashing the parameters' JSON again for each; `Stage` has no other way to its key.
package struct StageTemplate: Sendable {
  package let kind: String
  package let version: Int
  package let parameters: ParameterAssignment
  private let head: StageKeyHead

  package init(kind: String, version: Int, parameters: ParameterAssignment) {
    self.kind = kind
    self.version = version
    self.parameters = parameters
    head = StageKeyHead(
      kind: kind, version: version, parametersText: Array(parameters.canonical.text.utf8))
  }

  /// The stages of these parameters that are computed from `parents`.
  ///
  /// - Complexity: O(parents), one SHA-256.
  package func trajectory(parents: [StageKey]) -> StageTrajectory {
    StageTrajectory(template: self, parents: parents, head: head.with(parents: parents))
  }
}

/// The states of one trajectory, or the one stage that has no steps.
package struct StageTrajectory: Sendable {
  private let template: StageTemplate
  private let parents: [StageKey]
  private let head: StageKeyTail
  /// The key without a step.
  package let key: StageKey

  fileprivate init(template: StageTemplate, parents: [StageKey], head: StageKeyTail) {
    self.template = template
    self.parents = parents
    self.head = head
    key = head.key(step: nil)
  }

  /// The stage after `step` steps; `nil` for a stage that has no steps.
  ///
  /// - Complexity: O(1), one SHA-256.
  package func stage(step: Int?) -> Stage {
    Stage(
      key: step == nil ? key : head.key(step: step), kind: template.kind,
      version: template.version, parameters: template.parameters, parents: parents, step: step,
      trajectory: key)
  }
}
