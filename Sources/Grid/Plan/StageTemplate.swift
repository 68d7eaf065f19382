import Keys

/// What stages of one kind with the same parameters have in common. Made once for many stages, it
/// saves writing the parameters' JSON again for each; `Stage` has no other way to its key.
package struct StageTemplate: Sendable {
  package let kind: String
  package let version: Int
  package let parameters: ParameterAssignment
  /// `{"kind":…,"parameters":{…},"parents":[`
  private let head: [UInt8]

  package init(kind: String, version: Int, parameters: ParameterAssignment) {
    self.init(
      kind: kind, version: version, parameters: parameters,
      parametersText: parameters.canonical.text.utf8)
  }

  /// - Precondition: `parametersText` is the canonical JSON of `parameters`.
  package init(
    kind: String, version: Int, parameters: ParameterAssignment,
    parametersText: some Collection<UInt8>
  ) {
    self.kind = kind
    self.version = version
    self.parameters = parameters
    var head = Array("{\"kind\":".utf8)
    head += CanonicalJSON.text(of: kind).utf8
    head += ",\"parameters\":".utf8
    head += parametersText
    head += ",\"parents\":[".utf8
    self.head = head
  }

  /// The stages of these parameters that are computed from `parents`.
  ///
  /// - Complexity: O(length of the parameters' JSON), one SHA-256.
  package func trajectory(parents: [StageKey]) -> StageTrajectory {
    var text = head
    text.reserveCapacity(head.count + 67 * parents.count + 40)
    for (index, parent) in parents.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "\""))
      parent.digest.appendHex(to: &text)
      text.append(UInt8(ascii: "\""))
    }
    text.append(UInt8(ascii: "]"))
    return StageTrajectory(template: self, parents: parents, head: text)
  }
}

/// The states of one trajectory, or the one stage that has no steps.
package struct StageTrajectory: Sendable {
  private let template: StageTemplate
  private let parents: [StageKey]
  /// `{"kind":…,"parameters":{…},"parents":[…]`
  private let head: [UInt8]
  /// The key without a step.
  package let key: StageKey

  fileprivate init(template: StageTemplate, parents: [StageKey], head: [UInt8]) {
    self.template = template
    self.parents = parents
    self.head = head
    key = Self.key(head: head, step: nil, version: template.version)
  }

  /// The stage after `step` steps; `nil` for a stage that has no steps.
  ///
  /// - Complexity: O(length of the parameters' JSON), one SHA-256.
  package func stage(step: Int?) -> Stage {
    Stage(
      key: step == nil ? key : Self.key(head: head, step: step, version: template.version),
      kind: template.kind, version: template.version, parameters: template.parameters,
      parents: parents, step: step, trajectory: key)
  }

  private static func key(head: [UInt8], step: Int?, version: Int) -> StageKey {
    var text = head
    if let step { text += ",\"step\":\(step)".utf8 }
    text += ",\"version\":\(version)}".utf8
    return StageKey(text.withUnsafeBytes { Digest(of: $0) })
  }
}
