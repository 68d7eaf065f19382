import BuiltinProgram
import Execution
import Foundation
import Grid
import JobTable
import Planner
import Report

/// How far one grid has come.
struct GridStatus {
  let record: GridRecord
  let counts: GridCounts
  let clusters: [FailureCluster]
  let jobsAskingAgain: Int
  let activity: GridActivity
  /// Results a second over the last minutes; `nil` while nobody is at work.
  let rate: Double?
  /// What the missing stages will cost; `nil` where nothing is missing or it cannot be told.
  let estimate: CostEstimate?
  /// How far each axis is, value by value; `nil` where that was not asked for.
  let axes: [AxisProgress]?
  /// The shares of the grid that were taken in this folder.
  let shards: GridShards
  /// Of each failure cluster with jobs in a share that was taken here, the first such share.
  private let shareOfCluster: [String: Shard]
  /// Whether a process is at work in the results folder.
  private let isOwned: Bool
  private let results: ResultsOption
  /// In seconds since 1970.
  private let lookedAt: Double

  /// More clusters than this are not read one by one; those with most runs come first.
  private static let clusterLimit = 20

  /// The rate is that of the last ten minutes.
  private static let window = 600.0

  /// - Parameters:
  ///   - byAxis: whether to look at every run for the progress of the axes.
  ///   - shards: how far the shares are that were taken in this folder, where that is known already.
  init(
    _ record: GridRecord, in reader: JobTableReader, results: ResultsOption, byAxis: Bool = false,
    shards: GridShards? = nil
  ) throws {
    self.record = record
    axes = byAxis ? try AxisProgress.all(of: record, in: reader) : nil
    self.results = results
    counts = try reader.counts(for: record.name)
    clusters = try reader.failureClusters(in: record.name)
    jobsAskingAgain = try reader.jobsAskingAgain(in: record.name)
    let now = Date().timeIntervalSince1970
    lookedAt = now
    let owner = OwnedFolder.livingOwner(of: ResultsFolder(path: results.results))
    isOwned = owner != nil
    let since = max(now - Self.window, owner?.start ?? 0)
    activity = try reader.activity(of: record.name, since: since)
    if let owner, activity.running > 0, activity.completed > 0, let began = activity.firstBegan {
      // Nothing was done between an earlier session and this one.
      let start = max(began, since, owner.start ?? began)
      rate = Double(activity.completed) / max(1, now - start)
    } else {
      rate = nil
    }
    self.shards = try shards ?? reader.shardCounts(in: record.name)
    shareOfCluster = try Self.shares(self.shards, of: clusters, record, in: reader)
    estimate =
      counts.runs.pending + counts.runs.running > self.shards.missing
      ? try Self.estimate(
        record, in: reader, runs: counts.runs.total, of: self.shards.shards.map(\.shard)) : nil
  }

  private static func shares(
    _ shards: GridShards, of clusters: [FailureCluster], _ record: GridRecord,
    in reader: JobTableReader
  ) throws -> [String: Shard] {
    var shares: [String: Shard] = [:]
    if clusters.isEmpty { return shares }
    for share in shards.shards {
      let jobs = try reader.jobs(of: share.shard, in: record.name) ?? []
      for cluster in clusters where shares[cluster.id] == nil {
        if cluster.jobs.contains(where: jobs.contains) { shares[cluster.id] = share.shard }
      }
    }
    return shares
  }

  /// Up to so many runs the grid is planned for an estimate; of larger ones, and of shares, a sample of the
  /// jobs stands for all.
  private static let planLimit = 20_000

  /// - Parameter shards: what other machines do costs nothing here.
  private static func estimate(
    _ record: GridRecord, in reader: JobTableReader, runs: Int, of shards: [Shard]
  ) throws -> CostEstimate? {
    let program = KnownGrid.program(of: record.specification)
    let isSmall = runs <= planLimit
    if isSmall, shards.isEmpty { return try exactEstimate(record, program, in: reader) }
    // All stages of a small share are looked at, as a rule.
    let sample = try reader.sampleOfOpenStages(
      in: record.name, stages: isSmall ? 2_000 : 400, of: shards)
    guard let sample else { return nil }
    let timed = try reader.timedStages(
      on: BuiltinProgram.processorName, limit: isSmall ? 2_000 : 200)
    let tree = StageTree(sample.context + sample.open, of: program)
    return CostEstimate(
      CostModel(of: program, timed: timed).cost(
        of: tree, missing: Array(tree.stages.indices.suffix(sample.open.count)),
        weight: sample.weight))
  }

  /// By planning the grid as it was recorded; a program that plans it in another way now says nothing.
  private static func exactEstimate(
    _ record: GridRecord, _ program: ProgramDescription, in reader: JobTableReader
  ) throws -> CostEstimate? {
    let grid = ReadGrid(specification: record.specification, program: program)
    guard let plan = try? PlanBuilder.plan(grid) else { return nil }
    let states = try reader.states(of: plan.stages)
    guard !states.isEmpty, !states.contains(nil) else { return nil }
    let timed = try reader.timedStages(on: BuiltinProgram.processorName, limit: 2000)
    let tree = StageTree(plan.stages, of: grid.program)
    return CostEstimate(
      CostModel(of: grid.program, timed: timed).cost(
        of: tree, missing: states.indices.filter { states[$0] == .open }))
  }

  /// - Parameters:
  ///   - named: the grid file, where the user named it, and whether it says what was run; its options may
  ///     differ otherwise.
  ///   - isNamed: whether the user asked for this grid.
  func text(file named: (path: String, isCurrent: Bool)?, isNamed: Bool = false) -> String {
    let runs = counts.runs
    let file = needsCommand ? named ?? probableFile : nil
    var lines = [
      "\(record.name): \(CountText.of(runs.total, "run")), \(runs.done) done, \(runs.failed) failed, "
        + "\(runs.running) running, \(runs.pending) to do"
    ]
    lines += shards.sentences.map { "  " + $0 }
    for stage in counts.stages {
      let failed = stage.failed > 0 ? ", \(stage.failed) failed" : ""
      lines.append(
        "  \(stage.kind): \(stage.done) of \(stage.done + stage.open + stage.failed)\(failed)")
    }
    if runs.orphaned > 0 {
      lines.append(
        "  \(CountText.of(runs.orphaned, "run")) of an earlier version of the grid "
          + "\(runs.orphaned == 1 ? "is" : "are") kept aside")
    }
    if jobsAskingAgain > 0 {
      lines.append(
        "  \(jobsAskingAgain) job\(jobsAskingAgain == 1 ? "" : "s") asked for another try "
          + "(exit status 75), which is not counted")
    }
    if let remaining { lines.append("  " + remaining) }
    let asRun =
      file?.isCurrent == false ? "the grid as it was run, its --set options included: " : ""
    if isLeft {
      let share = shards.shards.first { $0.jobsDone < $0.jobs }?.shard
      let run = command("run", file, share: share)
      lines.append("  nobody is at work on it; it goes on with: \(asRun)\(run)")
    }
    if let axes {
      lines += axes.map { "  " + $0.text }
    } else if isNamed {
      lines.append("  how far each axis is takes a look at every run: --axes")
    }
    for cluster in clusters.prefix(Self.clusterLimit) {
      lines.append("")
      lines.append(
        "  failure \(cluster.id): \(CountText.of(cluster.runs, "run")), "
          + CountText.of(cluster.jobs.count, "job"))
      // The others' messages may have other numbers.
      let lead = cluster.jobs.count > 1 ? "for example: " : ""
      lines.append("    " + lead + cluster.example.message)
      if let log = log(of: cluster) { lines.append("    log: \(log)") }
      if let more = more(for: cluster, file) {
        lines.append("    with a higher limit: \(asRun)\(more)")
      }
    }
    if clusters.count > Self.clusterLimit {
      let hidden = clusters.dropFirst(Self.clusterLimit)
      lines.append("")
      lines.append(
        "  and \(CountText.of(hidden.count, "cluster")) more with "
          + "\(CountText.of(hidden.reduce(0) { $0 + $1.jobs.count }, "job")); --output json has them all"
      )
    }
    if !clusters.isEmpty {
      lines.append("")
      let share = clusters.lazy.compactMap { shareOfCluster[$0.id] }.first
      lines.append("  try them again with: \(asRun)\(command("retry", file, share: share))")
    }
    return lines.map(DisplayText.printable).joined(separator: "\n")
  }

  /// Whether something is to be done and nobody does it.
  private var isLeft: Bool {
    !isOwned && counts.runs.pending + counts.runs.running > shards.missing
  }

  private var needsCommand: Bool { isLeft || !clusters.isEmpty }

  /// `3.2 stages a second; 12 min to 15 min left with 2 jobs at once`.
  private var remaining: String? {
    guard let estimate else { return nil }
    guard activity.running > 0, let rate else { return "to do: " + estimate.text }
    var text =
      rate >= 1
      ? "\(Self.tenths(rate)) stages a second" : "\(Self.tenths(rate * 60)) stages a minute"
    if let left {
      text += "; about \(DurationText.short(left.seconds)) left"
      if let interval = left.interval {
        text +=
          " (95%: \(DurationText.short(interval.lowerBound)) to "
          + "\(DurationText.short(interval.upperBound)))"
      }
      text += " with \(activity.running) at once"
    } else {
      text += "; to do: " + estimate.text
    }
    return text
  }

  /// `nil` where nobody is at work or it cannot be told.
  private var left: TimeLeft? {
    guard let estimate, estimate.isComplete, rate != nil else { return nil }
    return TimeLeft(
      estimate, isOfOneKind: counts.stages.count { $0.open > 0 } == 1, activity: activity,
      now: lookedAt)
  }

  /// A command for the grid; with a word for its file where that is not known.
  ///
  /// - Parameters:
  ///   - options: what follows the grid.
  ///   - share: the share of it that the command is for; `nil` is all of it.
  private func command(
    _ name: String, _ file: (path: String, isCurrent: Bool)?, options: String = "", share: Shard?
  ) -> String {
    CommandLineText.command(name, file?.path ?? "FILE", results: results) + options
      + (share.map { " --shard \($0)" } ?? "")
      + (file == nil ? " (FILE: the grid's)" : "")
  }

  /// How a cluster is tried again that came to a limit, with twice as much.
  private func more(
    for cluster: FailureCluster, _ file: (path: String, isCurrent: Bool)?
  ) -> String? {
    let option: String
    switch cluster.example.reason {
    case .memoryLimit(let bytes):
      option = "--memory \(max(1, bytes.addingSaturated(bytes) >> 20))MiB"
    case .timeLimit(let seconds): option = "--time-limit \(Int((2 * seconds).rounded(.up)))s"
    default: return nil
    }
    return command(
      "retry", file, options: " --cluster \(cluster.id) \(option)",
      share: shareOfCluster[cluster.id])
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Where the log of its first job is.
  private func log(of cluster: FailureCluster) -> String? {
    cluster.exampleLog.map {
      AttemptLogs.place(of: $0, job: cluster.exampleJob, results: results.results)
    }
  }

  /// Where the grid file probably is, for a grid that was not named by its file.
  private var probableFile: (path: String, isCurrent: Bool)? {
    for path in ["grids/\(record.name).yaml", "\(record.name).yaml"]
    where FileManager.default.fileExists(atPath: path) {
      // What is wrong with a file is said by the command that is given it.
      let loaded = try? LoadedGrid(file: path, overrides: [], isQuiet: true)
      return (path, loaded.map { KnownGrid.isRecord(record, of: $0) } ?? true)
    }
    return nil
  }

  var json: OrderedJSON {
    .object([
      .init("grid", .string(record.name)),
      .init(
        "runs",
        .object([
          .init("total", .integer(counts.runs.total)),
          .init("done", .integer(counts.runs.done)),
          .init("failed", .integer(counts.runs.failed)),
          .init("running", .integer(counts.runs.running)),
          .init("pending", .integer(counts.runs.pending)),
          .init("orphaned", .integer(counts.runs.orphaned)),
        ])),
      .init(
        "stages",
        .array(
          counts.stages.map {
            .object([
              .init("kind", .string($0.kind)), .init("done", .integer($0.done)),
              .init("open", .integer($0.open)), .init("failed", .integer($0.failed)),
            ])
          })),
      .init("axes", axes.map { .array($0.map(\.json)) } ?? .null),
      .init("shards", .array(shards.shards.map(\.json))),
      .init("runs_of_other_shards_missing", .integer(shards.missing)),
      .init("running_jobs", .integer(activity.running)),
      .init("jobs_asking_again", .integer(jobsAskingAgain)),
      .init("stages_per_second", rate.map { .number($0) } ?? .null),
      .init("core_seconds_left", estimate?.knownSeconds.map { .number($0) } ?? .null),
      .init(
        "core_seconds_left_low", estimate?.interval.map { .number($0.lowerBound) } ?? .null),
      .init(
        "core_seconds_left_high", estimate?.interval.map { .number($0.upperBound) } ?? .null),
      .init("seconds_left", left.map { .number($0.seconds) } ?? .null),
      .init("seconds_left_low", left?.interval.map { .number($0.lowerBound) } ?? .null),
      .init("seconds_left_high", left?.interval.map { .number($0.upperBound) } ?? .null),
      .init("unknown_kinds", .array((estimate?.cost.unknownKinds ?? []).map { .string($0) })),
      .init(
        "failures",
        .array(
          clusters.map {
            .object([
              .init("cluster", .string($0.id)), .init("runs", .integer($0.runs)),
              .init("jobs", .integer($0.jobs.count)),
              .init("reason", .string($0.example.reason.name)),
              .init("message", .string($0.example.message)),
              .init("log", log(of: $0).map { .string($0) } ?? .null),
            ])
          })),
    ])
  }
}
