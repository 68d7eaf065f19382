/// One axis of a grid.
package struct Axis: Hashable, Sendable, Codable {
  /// One value of the axis.
  package struct Point: Hashable, Sendable, Codable {
    /// What stands in the axis's column. For an axis that sets several parameters together it is the
    /// label given in the file, else `a=1 b=2`.
    package let label: ParameterValue
    /// The parameters that this point sets.
    package let assignment: ParameterAssignment

    package init(label: ParameterValue, assignment: ParameterAssignment) {
      self.label = label
      self.assignment = assignment
    }
  }

  package let name: String
  package let points: AxisPoints

  package init(name: String, points: AxisPoints) {
    self.name = name
    self.points = points
  }

  package init(name: String, points: [Point]) {
    self.init(name: name, points: AxisPoints(points))
  }
}
