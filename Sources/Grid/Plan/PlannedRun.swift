/// One full assignment of the axes.
package struct PlannedRun: Hashable, Sendable {
  package let id: RunID
  /// Its place in the order of expansion, from 0.
  package let index: Int
  /// The values of the axes, in the order of the grid's axes.
  package let axisValues: [ParameterValue]
  /// All its parameters, defaults included, as the text of one canonical JSON object.
  package let parameters: String
  /// The stages whose metrics become the run's, in the order of the walk.
  package let stages: [StageKey]

  package init(
    id: RunID, index: Int, axisValues: [ParameterValue], parameters: String, stages: [StageKey]
  ) {
    self.id = id
    self.index = index
    self.axisValues = axisValues
    self.parameters = parameters
    self.stages = stages
  }
}
