import Keys

extension GridSpecification {
  /// The specification as one JSON value: equal specifications, equal texts. For its hash; there is
  /// no way back.
  ///
  /// - Complexity: O(number of axis points).
  package var canonical: CanonicalJSON {
    .object([
      "name": .string(name),
      "about": about.map { .string($0) } ?? .null,
      "program": program.canonical,
      "fixed": fixed.canonical,
      "axes": .array(axes.map(\.canonical)),
      "variants": .array(variants.map { .array($0.map(\.canonical)) }),
      "conditions": .array(conditions.map { .string($0.canonicalText) }),
      "replicateAxis": replicateAxis.map { .string($0) } ?? .null,
      "exclude": .array(exclude.map(\.canonical)),
      "report": report.canonical,
    ])
  }
}

extension Axis {
  package var canonical: CanonicalJSON {
    .object([
      "name": .string(name),
      "points": .array(
        points.map {
          .object(["label": $0.label.canonical, "assignment": $0.assignment.canonical])
        }),
    ])
  }
}

extension RunCondition {
  fileprivate var canonicalText: String {
    "\(name) \(comparison.rawValue) \(value.canonical.text)"
  }
}

extension ReportSpecification {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "metrics": .array(metrics.map { .string($0) }),
      "rows": .array(rows.map { .string($0) }),
      "columns": .array(columns.map { .string($0) }),
      "baseline": baseline?.canonical ?? .null,
    ])
  }
}

extension ProgramSpecification {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "work": work.canonical,
      "retries": .integer(retries),
      "cpus": .integer(resources.cpus),
      "memory": resources.memory.map { .integer($0) } ?? .null,
      "gpus": .integer(resources.gpus),
      "time": resources.time.map { .number($0) } ?? .null,
      "memoryGrowth": resources.memoryGrowth.map { .number($0) } ?? .null,
      "timeGrowth": resources.timeGrowth.map { .number($0) } ?? .null,
    ])
  }
}

extension ProgramSpecification.Work {
  fileprivate var canonical: CanonicalJSON {
    switch self {
    case .builtin: .string("builtin")
    case .external(let program): program.decidingParameters.canonical
    }
  }
}
