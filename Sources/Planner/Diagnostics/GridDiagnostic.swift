/// One thing that is wrong, or looks wrong, with a grid.
package struct GridDiagnostic: Hashable, Sendable {
  package enum Severity: Hashable, Sendable {
    /// The grid cannot be planned.
    case fault
    /// It can, but it probably says something else than what was meant.
    case warning
  }

  package let severity: Severity
  package let place: Place
  /// The keys from the top of the file down to the culprit; list entries count from 0.
  package let path: [String]
  package let fault: GridFault

  package init(
    _ fault: GridFault, at place: Place, path: [String], severity: Severity = .fault
  ) {
    self.fault = fault
    self.place = place
    self.path = path
    self.severity = severity
  }

  /// What is wrong.
  package var message: String { fault.wording(path: path).message }

  /// What to do about it, where we know.
  package var suggestion: String? { fault.wording(path: path).suggestion }
}

extension GridDiagnostic: CustomStringConvertible {
  /// One line as compilers write it: `grids/x.yaml:7:3: what is wrong; what to do`.
  package var description: String {
    let kind = severity == .warning ? "warning: " : ""
    let remedy = suggestion.map { "; \($0)" } ?? ""
    return "\(place): \(kind)\(message)\(remedy)"
  }
}
