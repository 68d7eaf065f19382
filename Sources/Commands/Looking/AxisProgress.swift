import Grid
import JobTable
import Report

/// How many runs of each value of an axis are done.
struct AxisProgress {
  struct Value {
    let value: ParameterValue
    var total = 0
    var done = 0
    var failed = 0
  }

  let axis: String
  var values: [Value] = []

  /// Axes with more values are left out of texts.
  private static let valueLimit = 12

  /// - Complexity: O(runs × axes).
  static func all(of record: GridRecord, in reader: JobTableReader) throws -> [AxisProgress] {
    var axes = record.specification.axes.map { AxisProgress(axis: $0.name) }
    var places = [[ParameterValue: Int]](repeating: [:], count: axes.count)
    try reader.forEachRun(in: record.name) { run in
      for (index, value) in run.axisValues.enumerated() {
        let place = places[index][value] ?? axes[index].values.count
        if place == axes[index].values.count {
          places[index][value] = place
          axes[index].values.append(Value(value: value))
        }
        axes[index].values[place].total += 1
        if run.state == .done { axes[index].values[place].done += 1 }
        if run.state == .failed { axes[index].values[place].failed += 1 }
      }
    }
    return axes
  }

  /// `temperature: 0.3 44/44, 0.5 40/44 (2 failed), 1 0/44`; of an axis with many values how many are
  /// complete.
  var text: String {
    guard values.count <= Self.valueLimit else {
      let complete = values.count { $0.done == $0.total }
      let failing = values.filter { $0.failed > 0 }
      let named = failing.prefix(Self.valueLimit).map(\.value.description).joined(separator: ", ")
      return "\(axis): \(complete) of \(values.count) values complete"
        + (failing.isEmpty
          ? ""
          : ", \(failing.count) with failed runs: \(named)"
            + (failing.count > Self.valueLimit ? " …" : ""))
    }
    let parts = values.map { value in
      "\(value.value) \(value.done)/\(value.total)"
        + (value.failed > 0 ? " (\(value.failed) failed)" : "")
    }
    return "\(axis): \(parts.joined(separator: ", "))"
  }

  var json: OrderedJSON {
    .object([
      .init("axis", .string(axis)),
      .init(
        "values",
        .array(
          values.map {
            .object([
              .init("value", OrderedJSON($0.value)), .init("runs", .integer($0.total)),
              .init("done", .integer($0.done)), .init("failed", .integer($0.failed)),
            ])
          })),
    ])
  }
}
