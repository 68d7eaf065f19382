import Keys

/// Values by parameter name.
package typealias ParameterAssignment = [String: ParameterValue]

extension ParameterAssignment {
  /// The assignment as one canonical JSON object.
  ///
  /// - Complexity: O(n log n) when its text is taken.
  package var canonical: CanonicalJSON {
    .object(mapValues(\.canonical))
  }
}
