/// Collects diagnostics while a grid is read. The steps of the reading go on after a fault with what
/// they have, so that all faults come out in one go.
struct DiagnosticList {
  /// A file of nothing but faults is not listed to its end.
  static let limit = 100

  private var kept: [GridDiagnostic] = []
  private var omitted = 0
  private(set) var hasFaults = false
  /// The places and paths of faults, so that one cause is not told twice.
  private var paths: Set<[String]> = []

  mutating func fault(_ fault: GridFault, at place: Place, path: [String]) {
    add(GridDiagnostic(fault, at: place, path: path))
  }

  mutating func warning(_ fault: GridFault, at place: Place, path: [String]) {
    add(GridDiagnostic(fault, at: place, path: path, severity: .warning))
  }

  mutating func add(_ diagnostic: GridDiagnostic) {
    if diagnostic.severity == .fault {
      hasFaults = true
      paths.insert(diagnostic.path)
    }
    if kept.count < Self.limit {
      kept.append(diagnostic)
    } else {
      omitted += 1
    }
  }

  /// Whether a fault was found at this key itself.
  func hasFault(at path: [String]) -> Bool {
    paths.contains(path)
  }

  /// Whether a fault was found at or below this key.
  func hasFault(below path: [String]) -> Bool {
    paths.contains { $0.starts(with: path) }
  }

  /// In the order of the files as they were opened, then of their lines; overrides last.
  var sorted: [GridDiagnostic] {
    var order: [Place.Source: Int] = [:]
    for diagnostic in kept where order[diagnostic.place.source] == nil {
      order[diagnostic.place.source] = order.count
    }
    func rank(_ diagnostic: GridDiagnostic) -> (Int, Int, Int, Int) {
      let place = diagnostic.place
      let isOverride = if case .override = place.source { 1 } else { 0 }
      return (isOverride, order[place.source]!, place.line, place.column)
    }
    return kept.enumerated()
      .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }

  var faults: GridFaults { GridFaults(diagnostics: sorted, omitted: omitted) }
}

/// Tuples of tuples have no `<`.
private func < (
  left: ((Int, Int, Int, Int), Int), right: ((Int, Int, Int, Int), Int)
) -> Bool {
  left.0 == right.0 ? left.1 < right.1 : left.0 < right.0
}
