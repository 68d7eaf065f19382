/// Everything that keeps a grid from being planned, in the order of the file.
package struct GridFaults: Error, Hashable, Sendable {
  /// Faults and warnings; at least one is a fault.
  package let diagnostics: [GridDiagnostic]
  /// How many more there were than are listed.
  package let omitted: Int

  package init(diagnostics: [GridDiagnostic], omitted: Int = 0) {
    self.diagnostics = diagnostics
    self.omitted = omitted
  }
}

extension GridFaults: CustomStringConvertible {
  /// One line for each diagnostic.
  package var description: String {
    var lines = diagnostics.map(\.description)
    if omitted > 0 { lines.append("and \(omitted) more") }
    return lines.joined(separator: "\n")
  }
}
