import Aggregator
import Grid

/// The runs of a CSV file, read in one pass: only the columns that a summary needs are kept.
package struct TabulatedRuns: Sendable {
  package let runs: RunTable
  /// What could not be used.
  package let faults: LineFaults
  /// Metric values that are NaN or infinite: they count as missing.
  package let notFinite: Int
  /// Rows that a condition left out.
  package let excluded: Int

  /// Reads the rows after the header.
  ///
  /// A value of a run that failed counts as missing. Empty lines are no rows. A line with more or
  /// fewer fields than the header is left out; a metric value that is no number counts as missing;
  /// both are told with their line.
  ///
  /// - Parameters:
  ///   - reader: after the header's record.
  ///   - conditions: the rows to keep are those for which all hold.
  /// - Throws: `ColumnFault`, and what the reader's source throws.
  /// - Complexity: O(bytes); memory O(rows × columns used).
  package init(
    from reader: inout CSVReader, header: CSVHeader, roles: ColumnRoles,
    where conditions: [RunCondition] = []
  ) throws {
    try header.check(roles)
    let axisNames = roles.axes + roles.replicates
    let axisPlaces = try axisNames.map { try header.place(of: $0) }
    let metricPlaces = try roles.metrics.map { try header.place(of: $0) }
    let statePlace = try roles.state.map { try header.place(of: $0) }
    let filters = try conditions.map { (place: try header.place(of: $0.name), condition: $0) }
    let width = header.names.count

    var axes = [AxisColumn](repeating: AxisColumn(), count: axisPlaces.count)
    var metrics = [[Double]](repeating: [], count: metricPlaces.count)
    var states: [RunState] = []
    var faults = LineFaults()
    var notFinite = 0
    var excluded = 0

    rows: while true {
      switch try reader.next() {
      case .end: break rows
      case .fault(let fault):
        faults.leaveOut(line: fault.line, fault.what)
        continue rows
      case .record: break
      }
      guard reader.count == width else {
        if reader.count == 1, reader[bytesOf: 0].isEmpty { continue rows }
        faults.leaveOut(
          line: reader.recordLine,
          "\(reader.count) \(reader.count == 1 ? "field" : "fields") where the header has \(width)")
        continue rows
      }
      for filter in filters
      where !filter.condition.holds(for: ParameterValue(cellText: reader[filter.place])) {
        excluded += 1
        continue rows
      }
      var state = RunState.done
      if let statePlace, !reader[bytesOf: statePlace].elementsEqual(Self.done) {
        let text = reader[statePlace]
        if let known = RunStateText.state(text) {
          state = known
        } else {
          state = .pending
          faults.leaveOutValue(
            line: reader.recordLine,
            "\(header.names[statePlace]) is “\(DisplayText.excerpt(text))”, which says nothing of a "
              + "run; it counts as not done")
        }
      }
      for (index, place) in axisPlaces.enumerated() { axes[index].append(reader[bytesOf: place]) }
      for (index, place) in metricPlaces.enumerated() {
        var value = Double.nan
        switch DecimalText.read(reader[bytesOf: place]) {
        case .number(let number): value = state == .failed ? .nan : number
        case .missing: break
        case .notFinite: notFinite += 1
        case .noNumber:
          faults.leaveOutValue(
            line: reader.recordLine,
            "\(header.names[place]) is “\(DisplayText.excerpt(reader[place]))”, which is no number")
        }
        metrics[index].append(value)
      }
      states.append(state)
    }

    var columns: [(name: String, values: [ParameterValue], codes: [Int32])] = []
    for (index, name) in axisNames.enumerated() {
      let column = axes[index].finished()
      axes[index] = AxisColumn()
      columns.append((name, column.values, column.codes))
    }
    runs = RunTable(
      axes: columns, metrics: zip(roles.metrics, metrics).map { ($0, $1) }, states: states)
    self.faults = faults
    self.notFinite = notFinite
    self.excluded = excluded
  }

  /// What nearly every state is, so that it need not be made a text.
  private static let done = Array("done".utf8)
}

extension DisplayText {
  /// A text from a file, made safe to print and cut to a reasonable length.
  static func excerpt(_ text: String) -> String {
    let shown = printable(text)
    return shown.count > 40 ? String(shown.prefix(40)) + "…" : shown
  }
}
