/// One number that a measurement gives: its name in grids and exports, a sentence about it, and where
/// to read it.
package struct Figure<Subject>: Sendable {
  /// In snake case.
  package let name: String
  /// One sentence for listings, with the unit if there is one.
  package let about: String
  /// `nil` where the measurement does not have it.
  package let value: @Sendable (Subject) -> Double?

  init(_ name: String, _ about: String, _ value: @escaping @Sendable (Subject) -> Double?) {
    self.name = name
    self.about = about
    self.value = value
  }
}

extension Array {
  /// The figures that a measurement has, by name.
  package func values<Subject>(of subject: Subject) -> [String: Double]
  where Element == Figure<Subject> {
    reduce(into: [:]) { values, figure in
      if let value = figure.value(subject) { values[figure.name] = value }
    }
  }
}
