/// A number that a program reports for a run.
package struct MetricDescription: Hashable, Sendable {
  package let name: String
  /// One sentence for people, with the unit.
  package let about: String
  /// The measurement that a grid must ask for to get it; `nil` where every run has it.
  package let measurement: String?

  package init(name: String, about: String, measurement: String? = nil) {
    self.name = name
    self.about = about
    self.measurement = measurement
  }
}
