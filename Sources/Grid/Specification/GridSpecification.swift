import Keys

/// A grid file after validation: everything is named, typed and within its range.
package struct GridSpecification: Hashable, Sendable, Codable {
  package var name: String
  package var about: String?
  package var program: ProgramSpecification
  /// The parameters that the file (or `--set`, or a preset) gives one value.
  package var fixed: ParameterAssignment
  /// The axes in the file's order; the first one varies slowest. With `variants` these are the
  /// columns of the runs' table: every axis of any variant, each with the points of all of them.
  package var axes: [Axis]
  /// The blocks of axes whose products together are the grid, empty for a grid of one block. Each
  /// carries all its axes; a parameter that a variant fixes is an axis of one point.
  package var variants: [[Axis]]
  /// Only runs for which all of these hold belong to the grid.
  package var conditions: [RunCondition]
  /// The axis over which cells are averaged; `nil` when the grid has no such axis.
  package var replicateAxis: String?
  /// A run that has all values of any of these does not belong to the grid.
  package var exclude: [ParameterAssignment]
  package var report: ReportSpecification
  /// What the grid states beforehand, in the file's order.
  package var claims: [Claim]
  /// Measurements of the program beside those that every run has; they decide which stages belong to
  /// the runs, and nothing of the runs themselves.
  package var measurements: [String]
  /// Rules of early stopping to be judged.
  package var stopping: Stopping?

  package init(
    name: String, about: String? = nil, program: ProgramSpecification,
    fixed: ParameterAssignment = [:], axes: [Axis], variants: [[Axis]] = [],
    conditions: [RunCondition] = [], replicateAxis: String? = nil,
    exclude: [ParameterAssignment] = [], report: ReportSpecification = ReportSpecification(),
    claims: [Claim] = [], measurements: [String] = [], stopping: Stopping? = nil
  ) {
    self.name = name
    self.about = about
    self.program = program
    self.fixed = fixed
    self.axes = axes
    self.variants = variants
    self.conditions = conditions
    self.replicateAxis = replicateAxis
    self.exclude = exclude
    self.report = report
    self.claims = claims
    self.measurements = measurements
    self.stopping = stopping
  }

  enum CodingKeys: String, CodingKey {
    case name, about, program, fixed, axes, variants, conditions, replicateAxis, exclude, report
    case claims, measurements, stopping
  }

  /// Every parameter that the grid gives a value, in alphabetical order.
  package var parameterNames: [String] {
    var names = Set(fixed.keys)
    for axis in axes + variants.joined() { names.formUnion(axis.points.parameterNames) }
    return names.sorted()
  }
}
