import Aggregator
import Grid

extension GridReport {
  /// Everything as one JSON value: the claims with their runs, and every cell of every table with its
  /// statistics and its runs.
  ///
  /// - Parameters:
  ///   - origin: where the results come from.
  ///   - ids: of the runs, in the order of the table.
  package func json(origin: ReportOrigin, ids: [RunID]) -> OrderedJSON {
    precondition(ids.count == runs.count, "\(ids.count) ids of \(runs.count) runs")
    let done = runs.count(of: .done)
    let failed = runs.count(of: .failed)
    func text(_ value: String?) -> OrderedJSON { value.map { .string($0) } ?? .null }
    func texts(_ values: [String]) -> OrderedJSON { .array(values.map { .string($0) }) }
    let sources = origin.sources.map { source in
      OrderedJSON.object([
        .init("description", .string(source.description)),
        .init("results", .integer(source.results)),
      ])
    }
    let counts = OrderedJSON.object([
      .init("done", .integer(done)), .init("failed", .integer(failed)),
      .init("open", .integer(runs.count - done - failed)),
    ])
    return .object([
      .init("grid", .string(specification.name)), .init("about", text(specification.about)),
      .init("grid_hash", .string(origin.gridHash.hex)), .init("date", text(origin.date)),
      .init("claims_commit", text(origin.claimsCommit)), .init("sources", .array(sources)),
      .init("runs", counts), .init("failures", texts(origin.failures)),
      .init("unreported", texts(unreported)),
      .init("claims", .array(claims.map { $0.json(ids: ids) })),
      .init("tables", .array(sections.map { $0.json(ids: ids) })),
    ])
  }
}

extension ClaimVerdict {
  fileprivate func json(ids: [RunID]) -> OrderedJSON {
    func number(_ value: Double?) -> OrderedJSON { value.map { .number($0) } ?? .null }
    let says: OrderedJSON = claim.says.map { .string($0) } ?? .null
    let sources = sources.map { source in
      OrderedJSON.object([
        .init("name", .string(source.name)), .init("levels", .integer(source.levels)),
      ])
    }
    let groups = groups.map { group in
      OrderedJSON.object([
        .init("of", .object(group.values.map { .init($0.axis, OrderedJSON($0.value)) })),
        .init("mean", number(group.mean)),
        .init("runs", .array(group.runs.map { .string(ids[$0].text) })),
      ])
    }
    return .object([
      .init("id", .string(claim.id)), .init("says", says),
      .init("test", .string(claim.test.rawValue)), .init("metric", .string(claim.metric)),
      .init("expect", .string(claim.expectation.description)),
      .init("verdict", .string(verdict.rawValue)), .init("reason", .string(reason)),
      .init("effect", number(effect)), .init("ci_low", number(interval?.low)),
      .init("ci_high", number(interval?.high)), .init("level", number(interval?.level)),
      .init("n", .integer(count)), .init("p", number(pValue)),
      .init("p_holm", number(correctedPValue)), .init("sources", .array(sources)),
      .init("groups", .array(groups)),
    ])
  }
}

extension GridReport.Section {
  fileprivate func json(ids: [RunID]) -> OrderedJSON {
    var cells: [OrderedJSON] = []
    for row in pivot.rows.indices {
      for column in pivot.columns.indices {
        guard let cell = pivot.cell(row: row, column: column),
          let figures = figures[row, column]
        else { continue }
        var labels: [OrderedJSON.Member] = []
        for (axis, value) in zip(pivot.rowAxes, pivot.rows[row]) {
          labels.append(.init(axis, OrderedJSON(value)))
        }
        for (axis, value) in zip(pivot.columnAxes, pivot.columns[column]) {
          labels.append(.init(axis, OrderedJSON(value)))
        }
        let runs = pivot.cells.runs(of: cell).map { OrderedJSON.string(ids[$0].text) }
        var members: [OrderedJSON.Member] = [.init("of", .object(labels))]
        members += figures.members
        members.append(.init("runs", .array(runs)))
        cells.append(.object(members))
      }
    }
    func texts(_ values: [String]) -> OrderedJSON { .array(values.map { .string($0) }) }
    let everywhere = pivot.constants.map { OrderedJSON.Member($0.axis, OrderedJSON($0.value)) }
    let about: OrderedJSON = self.about.map { .string($0) } ?? .null
    return .object([
      .init("metric", .string(metric)), .init("about", about),
      .init("over", texts(pivot.averagedAxes)), .init("rows", texts(pivot.rowAxes)),
      .init("columns", texts(pivot.columnAxes)), .init("everywhere", .object(everywhere)),
      .init("cells", .array(cells)),
    ])
  }
}

extension CellFigures {
  /// The statistics as members of a JSON object.
  fileprivate var members: [OrderedJSON.Member] {
    func number(_ value: Double?) -> OrderedJSON { value.map { .number($0) } ?? .null }
    var members: [OrderedJSON.Member] = [
      .init("planned", .integer(planned)), .init("done", .integer(done)),
      .init("failed", .integer(failed)), .init("n", .integer(summary.count)),
    ]
    for statistic in ReportStatistic.allCases {
      members.append(.init(statistic.rawValue, number(summary.value(of: statistic))))
    }
    members.append(.init("ci_low", number(summary.interval?.low)))
    members.append(.init("ci_high", number(summary.interval?.high)))
    let interval: OrderedJSON = summary.interval.map { .string($0.name) } ?? .null
    members.append(.init("interval", interval))
    members.append(.init("mean_failed_as_0", number(meanWithFailures)))
    members.append(.init("mixed", .boolean(isMixed)))
    return members
  }
}
