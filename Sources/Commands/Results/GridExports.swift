import Aggregator
import Artifacts
import CShims
import Execution
import Foundation
import Grid
import JobTable
import Report

/// The tables that are exported, by their files' names.
enum ExportedTable: String, CaseIterable {
  case runs = "runs.csv"
  case summary = "summary.csv"
  case timings = "timings.csv"
  /// For grids that make claims.
  case claims = "claims.csv"
}

/// Writes a grid's files: `runs.csv`, `summary.csv`, `timings.csv`, `claims.csv` where it makes claims,
/// `provenance.json`, `grid.yaml`, `report.md`, `report.html` and `figures/*.svg`. Each is written
/// beside its place and renamed into it.
struct GridExports: Sendable {
  let results: GridResults
  let reader: JobTableReader
  /// The grid file's text; `nil` when only the job table has the grid.
  let source: String?
  /// The grid file, where the user named it.
  let file: String?
  let descriptions: [MetricDescription]
  /// What became of the grid's claims.
  let claims: [ClaimVerdict]
  /// What of the grid is here, where the folder is for a share of it.
  let shards: GridShards

  /// - Throws: `JobTableError` when the table cannot be read.
  /// - Complexity: the outcomes of the evaluations that claims touch are read.
  init(
    _ results: GridResults, reader: JobTableReader, folder: ResultsFolder, source: String?,
    file: String?, descriptions: [MetricDescription]
  ) throws {
    self.results = results
    self.reader = reader
    self.source = source
    self.file = file
    self.descriptions = descriptions
    let claims = results.grid.specification.claims
    let scores = try ClaimScores(results, reader: reader, folder: folder).byMetric()
    self.claims = ClaimVerdict.verdicts(of: claims, in: results.runs, scores: scores)
    shards = try reader.shardCounts(in: results.grid.name)
  }

  /// The tables that the grid has.
  var tables: [ExportedTable] {
    ExportedTable.allCases.filter { $0 != .claims || !claims.isEmpty }
  }

  var origin: ReportOrigin {
    get throws {
      try ReportOrigin(
        of: results.grid, file: file, in: reader, shards: shards,
        sources: reader.provenance(of: results.grid.name),
        last: reader.lastCompletion(in: results.grid.name))
    }
  }

  /// - Parameter pass: goes through the results for `timings.csv` in the folder.
  /// - Throws: `FileError` when a file cannot be written, `JobTableError` when the table cannot be
  ///   read.
  fileprivate func write(to folder: String, _ pass: GridTimings.Task) throws {
    defer { espalier_fault_pass(ESPALIER_FAULT_EXPORT) }
    func path(_ name: String) -> String {
      espalier_fault_pass(ESPALIER_FAULT_EXPORT)
      return folder + "/" + name
    }
    // The largest file is written on another thread too.
    let runs = Later { [path = path(ExportedTable.runs.rawValue)] in
      Result { try AtomicFile.write(to: path) { try write(.runs, to: $0) } }
    }
    defer {
      // Where something failed: the pass holds a thread that this may be waiting for.
      pass.giveUp()
      _ = runs.value
    }
    for table in tables where table != .timings && table != .runs {
      let path = path(table.rawValue)
      try AtomicFile.write(to: path) { try write(table, to: $0) }
    }
    espalier_fault_pass(ESPALIER_FAULT_EXPORT)
    let timings = try pass.value()
    let sources = try reader.places(withResults: timings.results)
    let origin = try ReportOrigin(
      of: results.grid, file: file, in: reader, shards: shards, sources: sources,
      last: timings.lastCompletion)
    try AtomicFile.write(provenance(origin, sources).text, to: path("provenance.json"))
    if let source { try AtomicFile.write(source, to: path("grid.yaml")) }
    let report = try self.report()
    let figures = try report.figures()
    try AtomicFile.write(
      report.markdown(origin: origin, rowLimit: 200, figures: figures), to: path("report.md"))
    try AtomicFile.write(
      report.html(
        ids: results.ids, figures: figures, origin: origin,
        details: try reportDetails(timings.costs)),
      to: path("report.html"))
    try replace(by: figures, in: path("figures"))
    try runs.value.get()
  }

  /// Writes the figures and removes those that the grid had before and has no more.
  private func replace(by figures: [Figure], in folder: String) throws {
    let files = FileManager.default
    let known = (try? files.contentsOfDirectory(atPath: folder)) ?? []
    if figures.isEmpty, known.isEmpty { return }
    do {
      let wanted = Set(figures.map { $0.name + ".svg" })
      for name in known where name.hasSuffix(".svg") && !wanted.contains(name) {
        try files.removeItem(atPath: folder + "/" + name)
      }
    } catch {
      throw CommandFailure(
        "the folder \(folder) cannot be prepared: \(error.localizedDescription)", status: .store)
    }
    try Self.write(figures, to: folder)
  }

  /// Writes figures as SVG files under their names.
  static func write(_ figures: [Figure], to folder: String) throws {
    try Folder.make(folder)
    for figure in figures {
      try AtomicFile.write(figure.svg, to: "\(folder)/\(figure.name).svg")
    }
  }

  /// The whole report as one page.
  ///
  /// - Parameter specification: what to show in its tables, if not what the grid says.
  func html(_ specification: ReportSpecification? = nil) throws -> [UInt8] {
    let report = try self.report(specification)
    return report.html(
      ids: results.ids, figures: try report.figures(),
      origin: try origin,
      details: try reportDetails(
        GridTimings(of: results.grid.name, in: reader) { _ in }.costs))
  }

  private func reportDetails(_ costs: [ReportDetails.StageCost]) throws -> ReportDetails {
    return ReportDetails(
      gridFile: source,
      failures: try reader.failureClusters(in: results.grid.name).map { cluster in
        ReportDetails.FailureGroup(
          id: cluster.id, message: cluster.example.message, runs: cluster.runs,
          jobs: cluster.jobs.count,
          log: cluster.exampleLog.map {
            AttemptLogs.place(
              of: $0, job: cluster.exampleJob, results: "results", program: "espalier")
          })
      },
      costs: costs)
  }

  /// The tables that the grid asks for.
  func report(_ specification: ReportSpecification? = nil) throws -> GridReport {
    try GridReport(
      results.runs, of: results.grid.specification, report: specification,
      defaultMetrics: Array(results.runs.metricNames.prefix(1)), descriptions: descriptions,
      claims: claims)
  }

  /// The content of a table's file.
  func bytes(of table: ExportedTable) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try write(table) { bytes += $0 }
    return bytes
  }

  private func write(_ table: ExportedTable, to sink: ([UInt8]) throws -> Void) throws {
    try withoutActuallyEscaping(sink) { sink in
      switch table {
      case .runs: try writeRuns(to: sink)
      case .summary:
        try SummaryExport.write(
          CellTable(results.runs, averagingOver: results.averagedAxes), to: sink)
      case .timings: _ = try GridTimings(of: results.grid.name, in: reader, to: sink)
      case .claims: try ClaimsExport.write(claims, grid: results.grid.name, to: sink)
      }
    }
  }

  private func writeRuns(to sink: @escaping ByteSink) throws {
    let table = results.runs
    var export = try RunsExport(
      axes: table.axes.map(\.name), metrics: table.metricNames, to: sink)
    for axis in results.axes { export.addAxis(axis.values) }
    for run in 0..<table.count {
      try export.add(
        results.ids[run], axisCodes: results.axes.lazy.map { Int($0.codes[run]) },
        state: table.states[run], metrics: table, run: run)
    }
    try export.finish()
  }

  private func provenance(
    _ origin: ReportOrigin, _ sources: [ProvenanceRecord]
  ) throws -> OrderedJSON {
    let counts = try reader.counts(for: results.grid.name)
    return .object([
      .init("grid", .string(results.grid.name)),
      .init("grid_hash", .string(origin.gridHash.hex)),
      .init("planned_at", .string(Self.time(results.grid.plannedAt))),
      .init("build", .string(BuildVersion.text)),
      .init(
        "runs",
        .object([
          .init("done", .integer(counts.runs.done)),
          .init("failed", .integer(counts.runs.failed)),
          .init("pending", .integer(counts.runs.pending + counts.runs.running)),
        ])),
      .init(
        "shards",
        .array(shards.shards.map(\.json))),
      .init(
        "sources",
        .array(
          sources.map { source in
            .object([
              .init("build", .string(source.version)),
              .init("cpu", .string(source.cpu)),
              .init("kernels", .string(source.blas)),
              .init("results", .integer(source.results)),
            ])
          })),
    ])
  }

  /// ISO 8601, in UTC.
  static func time(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601)
  }
}

extension KnownGrid {
  /// Writes the grid's files to a folder, which is made if need be.
  ///
  /// - Returns: what was written.
  /// - Throws: `FileError` when a file cannot be written, `JobTableError` when the table cannot be
  ///   read.
  @discardableResult
  func export(to folder: String) throws -> GridExports {
    let isNew = !FileManager.default.fileExists(atPath: folder)
    try Folder.make(folder)
    // One thread goes through the results while this one reads the runs and makes tables of them;
    // where the owner writes, both take turns on its connection. What is completed between the two
    // stands in one of the files only, until the next export.
    let pass = GridTimings.Task(
      of: record.name, in: reader, to: folder + "/" + ExportedTable.timings.rawValue)
    do {
      let exports = try exports()
      try exports.write(to: folder, pass)
      return exports
    } catch {
      pass.giveUp()
      if isNew { rmdir(folder) }
      throw error
    }
  }
}

extension ReportOrigin {
  /// Where the results of a grid come from, and what failed.
  ///
  /// - Parameter file: the grid file, where the user named it.
  fileprivate init(
    of grid: GridRecord, file: String?, in reader: JobTableReader, shards: GridShards,
    sources: [ProvenanceRecord], last: Double?
  ) throws {
    self.init(
      gridHash: grid.hash, commit: BuildVersion.commit,
      sources: sources.map {
        Source(description: "\($0.version) on \($0.cpu), \($0.blas)", results: $0.results)
      },
      failures: try reader.failureClusters(in: grid.name).map {
        "\(CountText.of($0.runs, "run")): \($0.example.message)"
      },
      claimsCommit: grid.specification.claims.isEmpty
        ? nil : file.flatMap(GridHistory.commit(of:)),
      shards: shards.reportSentences,
      date: last.map(GridExports.time))
  }
}
