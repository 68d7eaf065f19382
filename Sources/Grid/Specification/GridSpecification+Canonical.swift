import Keys

extension GridSpecification {
  /// The specification as one JSON value: equal specifications, equal texts. For its hash; there is
  /// no way back.
  ///
  /// - Complexity: O(number of axis points).
  package var canonical: CanonicalJSON {
    var members: [String: CanonicalJSON] = [
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
    ]
    // A grid without claims has the hash that it had before there were any.
    if !claims.isEmpty { members["claims"] = .array(claims.map(\.canonical)) }
    // Only where there are some: the hashes of other grids stay.
    if !measurements.isEmpty {
      members["measure"] = .array(measurements.map { .string($0) })
    }
    if let stopping { members["stopping"] = stopping.canonical }
    return .object(members)
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
    var members: [String: CanonicalJSON] = [
      "metrics": .array(metrics.map { .string($0) }),
      "rows": .array(rows.map { .string($0) }),
      "columns": .array(columns.map { .string($0) }),
      "baseline": baseline?.canonical ?? .null,
    ]
    if let statistic { members["statistic"] = .string(statistic.rawValue) }
    if let best { members["best"] = .string(best.rawValue) }
    if let figures { members["figures"] = .array(figures.map(\.canonical)) }
    return .object(members)
  }
}

extension FigureSpecification {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "kind": .string(kind.rawValue),
      "metric": metric.map { .string($0) } ?? .null,
      "x": x.map { .string($0) } ?? .null,
      "y": y.map { .string($0) } ?? .null,
      "series": series.map { .string($0) } ?? .null,
      "facets": .array(facets.map { .string($0) }),
      "conditions": .array(conditions.map { .string($0.canonicalText) }),
      "logarithmic": isLogarithmic.map { .boolean($0) } ?? .null,
    ])
  }
}

extension Claim {
  fileprivate var canonical: CanonicalJSON {
    .object([
      "id": .string(id),
      "says": says.map { .string($0) } ?? .null,
      "test": .string(test.rawValue),
      "metric": .string(metric),
      "partner": partner.map { .string($0) } ?? .null,
      "of": .array(of.map(\.canonical)),
      "against": against?.canonical ?? .null,
      "over": over.map { .string($0) } ?? .null,
      "across": .array(across.map { .string($0) }),
      "expectation": .string(expectation.description),
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
