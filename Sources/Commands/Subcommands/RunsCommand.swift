import ArgumentParser
import Grid
import JobTable
import Report

struct RunsCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, csv, json
  }

  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List a grid's runs: id, axes, state, metrics; --where filters.",
    discussion: """
      Conditions look at axes, metrics, run, state (pending, running, done, failed) and failure (a \
      failure cluster's id, as `espalier status` shows it). A run that lacks a metric meets no \
      condition on it. On a terminal the list ends after 200 runs; csv and json have them all, csv with the columns \
      of runs.csv. \
      Works during a run and changes nothing.

      JSON, for each run: run, axes (by name), state, failure (the cluster's id or null), metrics (by \
      name).

      Examples:
        espalier runs grids/sweep.yaml --where "state == failed"
        espalier runs sweep --where "temperature <= 0.5" --where "accuracy < 0.1"
        espalier runs sweep --where failure=0a1b2c3d --output json
        espalier runs sweep --where step=10 --metric accuracy --output csv
      """)

  @OptionGroup var grid: GridOptions

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only runs for which this holds. May be given several times.", valueName: "condition"))
  var conditions: [String] = []

  @Option(
    help: ArgumentHelp("The metrics to show; without it, all of them.", valueName: "metrics"))
  var metric: String?

  @Option(help: "table, csv or json.")
  var output = Format.table

  func run() throws {
    let known = try KnownGrid(grid.grid, overrides: grid.overrides, results: grid.results)
    let name = known.record.name
    let axes = known.record.specification.axes.map(\.name)
    var present: Set<String> = []
    try known.reader.forEachRun(in: name) { present.formUnion($0.metrics.keys) }
    let ordered = known.metrics.map(\.name)
    let all =
      ordered.filter { present.contains($0) } + present.subtracting(ordered).sorted()
    let clusters = try known.reader.clustersOfRuns(in: name)
    let filter = try RunFilter(
      conditions, axes: known.record.specification.axes,
      metrics: Array(Set(all + ordered)).sorted(), clusters: Set(clusters.values))
    let metrics = try metric.map { try chosen($0, among: all) } ?? all

    var runs: [RunRecord] = []
    var total = 0
    try known.reader.forEachRun(in: name) { run in
      total += 1
      if filter.holds(for: run, cluster: clusters[run.id]) { runs.append(run) }
    }
    switch output {
    case .table: show(runs, axes, metrics, clusters, of: total)
    case .csv:
      var export = try RunsExport(axes: axes, metrics: metrics) { bytes in
        Terminal.write(String(decoding: bytes, as: UTF8.self), to: 1)
      }
      for run in runs {
        try export.add(run.id, axisValues: run.axisValues, state: run.state, metrics: run.metrics)
      }
      try export.finish()
    case .json:
      let entries = runs.map { Self.json($0, axes, metrics, clusters[$0.id]) }
      Terminal.write(OrderedJSON.array(entries).text, to: 1)
    }
  }

  private func chosen(_ text: String, among all: [String]) throws -> [String] {
    try CommandLineText.names(text).map { name in
      guard all.contains(name) else {
        throw CommandFailure(
          "no run has the metric “\(name)”. There are \(all.joined(separator: ", ")).")
      }
      return name
    }
  }

  private func show(
    _ runs: [RunRecord], _ axes: [String], _ metrics: [String], _ clusters: [RunID: String],
    of total: Int
  ) {
    let limit = Terminal.outputIsTerminal ? ReportCommand.terminalRows : .max
    let hasFailures = runs.contains { clusters[$0.id] != nil }
    var rows = [["run"] + axes + ["state"] + (hasFailures ? ["failure"] : []) + metrics]
    for run in runs.prefix(limit) {
      var row = [run.id.text] + run.axisValues.map(\.description) + [run.state.rawValue]
      if hasFailures { row.append(clusters[run.id] ?? "") }
      row += metrics.map { name in
        run.metrics[name].map { ParameterValue.number($0).description } ?? ""
      }
      rows.append(row)
    }
    if !runs.isEmpty { Terminal.print(ColumnText.aligned(rows)) }
    let hidden = runs.count > limit ? "; \(runs.count - limit) are not shown" : ""
    Terminal.note(
      conditions.isEmpty
        ? "\(CountText.of(total, "run"))\(hidden)"
        : "\(runs.count) of \(CountText.of(total, "run"))\(hidden)")
  }

  private static func json(
    _ run: RunRecord, _ axes: [String], _ metrics: [String], _ cluster: String?
  ) -> OrderedJSON {
    .object([
      .init("run", .string(run.id.text)),
      .init(
        "axes", .object(zip(axes, run.axisValues).map { .init($0, OrderedJSON($1)) })),
      .init("state", .string(run.state.rawValue)),
      .init("failure", cluster.map { .string($0) } ?? .null),
      .init(
        "metrics",
        .object(
          metrics.compactMap { name in run.metrics[name].map { .init(name, .number($0)) } })),
    ])
  }
}
