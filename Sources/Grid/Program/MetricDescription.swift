/// A number that a program reports for a run.
package struct MetricDescription: Hashable, Sendable {
  package let name: String
  /// One sentence for people, with the unit.
  package let about: String

  package init(name: String, about: String) {
    self.name = name
    self.about = about
  }
}
