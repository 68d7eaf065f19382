/// What a stage that is done has cost: what estimates are made from.
package struct TimedStage: Hashable, Sendable {
  package let kind: String
  package let version: Int
  /// Its parameters and those of every stage that it was computed from.
  package let parameters: ParameterAssignment
  /// Steps from the state below it on its trajectory; 1 for a stage without steps.
  package let steps: Int
  package let seconds: Double
  /// Of its artifacts, before compression.
  package let bytes: Int

  package init(
    kind: String, version: Int, parameters: ParameterAssignment, steps: Int, seconds: Double,
    bytes: Int
  ) {
    self.kind = kind
    self.version = version
    self.parameters = parameters
    self.steps = steps
    self.seconds = seconds
    self.bytes = bytes
  }
}
