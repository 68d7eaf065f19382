import Keys

/// A grid file after validation: everything is named, typed and within its range.
package struct GridSpecification: Hashable, Sendable, Codable {
  package var name: String
  package var about: String?
  package var program: ProgramSpecification
  /// The parameters that the file (or `--set`, or a preset) gives one value.
  package var fixed: ParameterAssignment
  /// The axes in the file's order; the first one varies slowest.
  package var axes: [Axis]
  /// The axis over which cells are averaged; `nil` when the grid has no such axis.
  package var replicateAxis: String?
  package var exclude: [ParameterAssignment]
  package var report: ReportSpecification

  package init(
    name: String, about: String? = nil, program: ProgramSpecification,
    fixed: ParameterAssignment = [:], axes: [Axis], replicateAxis: String? = nil,
    exclude: [ParameterAssignment] = [], report: ReportSpecification = ReportSpecification()
  ) {
    self.name = name
    self.about = about
    self.program = program
    self.fixed = fixed
    self.axes = axes
    self.replicateAxis = replicateAxis
    self.exclude = exclude
    self.report = report
  }
}
