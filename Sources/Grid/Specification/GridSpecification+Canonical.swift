import Keys

extension GridSpecification {
  /// Writes the specification as one canonical JSON object: equal specifications, equal texts. For its
  /// hash; there is no way back.
  ///
  /// - Parameter spill: takes what is in the buffer and empties it; called when there is much.
  /// - Complexity: O(number of axis points).
  package func writeCanonical(
    to text: inout [UInt8], spill: (_ text: inout [UInt8]) -> Void
  ) {
    var members: [String: CanonicalJSON] = [
      "name": .string(name),
      "about": about.map { .string($0) } ?? .null,
      "program": program.canonical,
      "fixed": fixed.canonical,
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
    // As values these may be larger than all else that a plan needs.
    members["axes"] = .null
    members["variants"] = .null
    let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    text.append(UInt8(ascii: "{"))
    for (index, member) in sorted.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      CanonicalJSON.write(member.key, to: &text)
      text.append(UInt8(ascii: ":"))
      switch member.key {
      case "axes": Self.write(axes, to: &text, spill: spill)
      case "variants":
        text.append(UInt8(ascii: "["))
        for (index, axes) in variants.enumerated() {
          if index > 0 { text.append(UInt8(ascii: ",")) }
          Self.write(axes, to: &text, spill: spill)
        }
        text.append(UInt8(ascii: "]"))
      default: member.value.write(to: &text)
      }
    }
    text.append(UInt8(ascii: "}"))
  }

  private static func write(
    _ axes: [Axis], to text: inout [UInt8], spill: (_ text: inout [UInt8]) -> Void
  ) {
    text.append(UInt8(ascii: "["))
    for (index, axis) in axes.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += "{\"name\":".utf8
      CanonicalJSON.write(axis.name, to: &text)
      text += ",\"points\":".utf8
      axis.points.writeCanonical(to: &text, spill: spill)
      text.append(UInt8(ascii: "}"))
    }
    text.append(UInt8(ascii: "]"))
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
