/// A number that a program reports for a run.
package struct MetricDescription: Hashable, Sendable {
  package let name: String
  /// One sentence for people, with the unit.
  package let about: String
  /// The measurement that a grid must ask for to get it; `nil` where every run has it.
  package let measurement: String?
  /// Which values are the better ones; `nil` where that is not for the program to say.
  package let best: ReportBest?

  package init(
    name: String, about: String, measurement: String? = nil, best: ReportBest? = nil
  ) {
    self.name = name
    self.about = about
    self.measurement = measurement
    self.best = best
  }
}
