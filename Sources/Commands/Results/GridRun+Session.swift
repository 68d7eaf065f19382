import ArgumentParser
import Execution
import Foundation
import Grid
import JobTable
import Report
import Scheduler

extension GridRun {
  /// Runs what is missing.
  ///
  /// - Returns: how the command is to end, whatever the results then say.
  func work(in owned: borrowing OwnedFolder, _ table: JobTable) throws -> ExitStatus {
    let jobs = try shard.flatMap { try table.reader.unfinishedJobs(of: $0, in: loaded.name) }
    let open = try table.reader.openWork(in: loaded.name, only: jobs)
    guard open.jobs > 0 else {
      if let shard {
        say("nothing to compute: all jobs of shard \(shard) are done or have failed")
        return .done
      }
      let runs = try table.reader.counts(for: loaded.name).runs
      say(
        runs.failed == 0
          ? "nothing to compute: \(CountText.of(runs.total, "run")), all done"
          : "nothing to compute: \(runs.done) of \(CountText.of(runs.total, "run")) done, "
            + "\(runs.failed) failed")
      return .done
    }
    say(
      "\(CountText.of(open.jobs, "job")) with \(CountText.of(open.stages, "stage")), "
        + "\(options.slots) at once")
    let display = options.output == .quiet ? nil : ProgressDisplay(try liveSubject(in: table))
    let report = try Execution.run(
      grid: loaded.name, program: loaded.grid.specification.program, table: table,
      folder: owned, settings: settings, only: jobs
    ) { snapshot in
      display?.update(snapshot)
    }
    display?.clear()
    return status(of: report, failedBefore: open.failedJobs)
  }

  /// What progress is shown of.
  func liveSubject(in table: JobTable) throws -> LiveModel.Subject {
    var share: (runs: Int, doneElsewhere: Int)?
    if let shard {
      let done = try table.reader.counts(for: loaded.name).runs.done
      share = try table.reader.shardCounts(in: loaded.name).shards
        .first { $0.shard == shard }.map { ($0.runs, done - $0.done) }
    }
    return LiveModel.Subject(
      title: loaded.name + (shard.map { ", shard \($0)" } ?? ""), grid: loaded.name,
      table: ResultsFolder(path: folderPath).table, slots: options.slots,
      share: share)
  }

  var settings: ExecutionSettings {
    var settings = ExecutionSettings(
      jobs: options.slots,
      workerCommand: [
        Self.ownPath, "worker", "--artifacts",
        ResultsFolder(path: folderPath).artifacts,
      ],
      workingDirectory: URL(filePath: loaded.file).deletingLastPathComponent()
        .path(percentEncoded: false),
      environment: ProcessInfo.processInfo.environment.filter {
        $0.key != CommandLineText.variable
      })
    settings.crashLimit = options.crashLimit
    settings.retries = options.retries
    settings.timeLimit = options.timeLimit?.seconds
    settings.memoryLimit = options.memory?.bytes
    settings.maxFails = options.failureLimit
    settings.handlesSignals = true
    return settings
  }

  private static var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }

  func status(of report: ExecutionReport, failedBefore: Int = 0) -> ExitStatus {
    say(
      "\(CountText.of(report.stages, "stage")) in \(DurationText.short(report.seconds)): "
        + "\(CountText.of(report.jobs.done, "job")) done, "
        + "\(max(0, report.jobs.failed - failedBefore)) failed")
    switch report.outcome {
    case .finished:
      return .done
    case .tooManyFailures:
      say("stopped: too many jobs failed. \(resume)")
      return .someRunsFailed
    case .drained:
      say("stopped. \(resume)")
      return .stoppedEarly
    case .stopped:
      say("stopped at once. \(resume)")
      return .stoppedAtOnce
    case .storeFailed(let message):
      Terminal.note("espalier: \(message)")
      return .store
    case .workersDoNotStart(let message):
      Terminal.note("espalier: no worker comes up: \(message)")
      return .someRunsFailed
    }
  }

  /// The command that goes on, as the user would type it.
  private var resume: String {
    "Go on with: " + grid.command("run") + (shard.map { " --shard \($0)" } ?? "")
  }

  /// Writes the exports and prints the tables; ends the process with the status.
  func finish(_ table: JobTable, folder: ResultsFolder, status: ExitStatus) throws {
    if status == .store { throw status.code }
    guard let record = try table.reader.grid(loaded.name) else { return }
    let known = KnownGrid(
      record: record, reader: table.reader, folder: folder, source: loaded.annotatedSource,
      file: loaded.file)
    let exports = try known.export(to: folder.grid(loaded.name))
    let runs = try table.reader.counts(for: loaded.name).runs
    switch options.output {
    case .table: try printTables(exports, table: table, folder: folder)
    case .json:
      let status = try GridStatus(
        record, in: table.reader, results: grid.results, shards: exports.shards)
      Terminal.write(status.json.text, to: STDOUT_FILENO)
    case .quiet: break
    }
    try table.close()
    if runs.failed > 0, options.output != .quiet {
      let status = CommandLineText.command("status", grid.grid, results: grid.results)
      Terminal.note(
        "\(CountText.of(runs.failed, "run")) failed. See why with: \(status); try "
          + "\(runs.failed == 1 ? "it" : "them") again with: " + grid.command("retry")
          + (shard.map { " --shard \($0)" } ?? ""))
    }
    if options.output != .quiet {
      for line in exports.shards.sentences { Terminal.note(line) }
    }
    if status != .done { throw status.code }
    if runs.failed > 0 { throw ExitStatus.someRunsFailed.code }
  }

  private func printTables(
    _ exports: GridExports, table: JobTable, folder: ResultsFolder
  ) throws {
    if case .builtin = loaded.grid.specification.program.work {
      let bases = try PreparedBase.all(in: table.reader, of: loaded.grid.specification)
      if !bases.isEmpty { Terminal.print(PreparedBase.table(bases) + "\n") }
    }
    Terminal.write(
      try exports.report().terminal(
        width: Terminal.outputIsTerminal ? Terminal.width : nil, rowLimit: 60),
      to: STDOUT_FILENO)
    Terminal.print("\nReport and tables: \(folder.grid(loaded.name))")
  }
}

extension ProgressState {
  init(_ snapshot: ExecutionSnapshot) {
    runsDone = snapshot.runs.done
    runsFailed = snapshot.runs.failed
    runsTotal = snapshot.runs.total
    jobsPaused = snapshot.jobs.paused
    stagesDone = snapshot.stagesDone
    stagesFailed = snapshot.stagesFailed
    stagesTotal = snapshot.stagesTotal
    elapsed = snapshot.seconds
    ending = snapshot.ending
    activities = snapshot.activities.map { activity in
      Activity(
        label: activity.label, done: activity.progress?.done ?? activity.stagesDone,
        total: activity.progress?.total ?? activity.stagesTotal,
        note: activity.progress?.note ?? "", seconds: activity.seconds)
    }
  }
}
