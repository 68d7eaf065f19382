/// What the planner knows about a program: enough to check a grid, to fill in defaults and to find
/// the stages that runs share; nothing of how the work is done.
package struct ProgramDescription: Hashable, Sendable {
  package let name: String
  package let parameters: [ParameterDescription]
  /// Named sets of values, taken with `preset: NAME`; what a grid says itself comes before them.
  package let presets: [String: ParameterAssignment]
  package let stages: [StageRule]
  /// The metrics of a run, in the order of their columns. Empty for external programs, whose metrics
  /// are known only when they report; their columns stand in alphabetical order.
  package let metrics: [MetricDescription]
  /// The axis over which cells are averaged unless the grid says otherwise.
  package let replicateAxis: String?
  /// What stages need of the machine; `nil` when nothing is known.
  package let footprint: JobFootprint?

  package init(
    name: String, parameters: [ParameterDescription],
    presets: [String: ParameterAssignment] = [:], stages: [StageRule],
    metrics: [MetricDescription] = [], replicateAxis: String? = "seed",
    footprint: JobFootprint? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.presets = presets
    self.stages = stages
    self.metrics = metrics
    self.replicateAxis = replicateAxis
    self.footprint = footprint
  }

  /// What a grid may ask to be measured beside what every run is, in the order of the stages.
  package var measurements: [String] {
    var names: [String] = []
    for name in stages.compactMap(\.measurement) where !names.contains(name) { names.append(name) }
    return names
  }

  /// The program without the stages of measurements that are not asked for.
  package func measuring(_ asked: [String]) -> ProgramDescription {
    ProgramDescription(
      name: name, parameters: parameters, presets: presets,
      stages: stages.filter { $0.measurement.map(asked.contains) ?? true }, metrics: metrics,
      replicateAxis: replicateAxis, footprint: footprint)
  }

  /// The parameter of that name, if there is one.
  ///
  /// - Complexity: O(number of parameters).
  package func parameter(named name: String) -> ParameterDescription? {
    parameters.first { $0.name == name }
  }
}
