/// One parameter of a program: what it means, what it takes, what it is when a grid leaves it out.
package struct ParameterDescription: Hashable, Sendable {
  package let name: String
  package let type: ParameterType
  /// The value when a grid does not give one; `nil` makes the parameter required.
  package let defaultValue: ParameterValue?
  /// One sentence for people, with the unit if there is one.
  package let about: String
  /// When the parameter has no influence on any result unless this holds, the condition; its value
  /// is then left out of stage keys, so that runs which differ only in it share their stages.
  package let relevantWhen: ParameterCondition?

  package init(
    name: String, type: ParameterType, defaultValue: ParameterValue?, about: String,
    relevantWhen: ParameterCondition? = nil
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.about = about
    self.relevantWhen = relevantWhen
  }
}
