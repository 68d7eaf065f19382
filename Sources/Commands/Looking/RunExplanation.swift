import BuiltinProgram
import Execution
import Foundation
import Grid
import JobTable
import Planner
import Report

/// Where a run of one grid stands, why, and what it would cost.
struct RunExplanation {
  let run: KnownRun
  let detail: RunDetail
  let parameters: ParameterAssignment
  /// The unfinished jobs of its stages and those that they require, in ascending order.
  let work: [JobWork]
  /// What its missing stages will cost; `nil` when none is missing.
  let cost: CostEstimate?
  private let isOwned: Bool
  /// Why those of its jobs failed that did.
  private let failures: [JobID: Failure]
  /// Those of its jobs that only other shares of the grid need than those that were taken in this folder.
  private let otherShares: Set<JobID>

  init(_ detail: RunDetail, of run: KnownRun) throws {
    self.run = run
    self.detail = detail
    do {
      parameters = try JSONDecoder().decode(
        ParameterAssignment.self, from: Data(detail.parameters.utf8))
    } catch {
      throw CommandFailure(
        "the parameters of run \(run.id) are not a JSON object; "
          + "`\(CommandLineText.program) verify` says more",
        status: .store)
    }
    let open = Set(detail.stages.filter { $0.state != .done }.map(\.job))
    work = try run.reader.work(on: open.sorted())
    cost = open.isEmpty ? nil : try Self.cost(of: detail, in: run.reader)
    var failures: [JobID: Failure] = [:]
    for job in work where job.hasFailed { failures[job.job] = try run.reader.failure(of: job.job) }
    self.failures = failures
    let shares = try run.reader.shards(of: detail.grid)
    let taken = try shares.reduce(into: Set<JobID>()) {
      $0.formUnion(try run.reader.unfinishedJobs(of: $1, in: detail.grid) ?? [])
    }
    otherShares = shares.isEmpty ? [] : Set(work.map(\.job)).subtracting(taken)
    isOwned = OwnedFolder.livingOwner(of: ResultsFolder(path: run.results.results)) != nil
  }

  private static func cost(of detail: RunDetail, in reader: JobTableReader) throws -> CostEstimate?
  {
    guard let record = try reader.grid(detail.grid) else { return nil }
    let program = KnownGrid.program(of: record.specification)
    let open = Set(detail.stages.filter { $0.state != .done }.map(\.stage.key))
    let timed = try reader.timedStages(on: BuiltinProgram.processorName, limit: 2000)
    let tree = StageTree(detail.stages.map(\.stage), of: program)
    return CostEstimate(
      CostModel(of: program, timed: timed).cost(of: tree) { open.contains($0) })
  }

  private var metrics: [(name: String, value: Double)] {
    var metrics: [String: Double] = [:]
    for stage in detail.stages { metrics.merge(stage.result?.metrics ?? [:]) { $1 } }
    return metrics.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Why the run is where it is, one sentence each.
  var reasons: [String] {
    switch detail.state {
    case .done: return ["all its stages are done"]
    case .running:
      return running.map { attempt in
        "job \(attempt.job) (\(attempt.label)) is at work on it: attempt \(attempt.attempt), for "
          + DurationText.short(max(0, InstantText.now - attempt.startedAt))
      }
    case .failed:
      return work.filter(\.hasFailed).map { job in
        let why = failures[job.job].map { ": \($0.message)" } ?? ""
        return "job \(job.job) (\(job.label)) failed\(why)"
      }
    case .pending: return waiting
    }
  }

  private var running: [AttemptRecord] {
    let jobs = Set(detail.stages.map(\.job))
    return run.attempts.filter { $0.isRunning && jobs.contains($0.job) }
  }

  private var waiting: [String] {
    let labels = Dictionary(uniqueKeysWithValues: work.map { ($0.job, $0.label) })
    let atWork = Set(running.map(\.job))
    var sentences = work.flatMap { job in
      job.requires.map { required in
        let label = labels[required].map { " (\($0))" } ?? ""
        let state = atWork.contains(required) ? "at work" : "not done"
        return "job \(job.job) (\(job.label)) waits for job \(required)\(label), which is \(state)"
      }
    }
    for job in work where job.requires.isEmpty && !atWork.contains(job.job) && !job.hasFailed {
      let state =
        if otherShares.contains(job.job) {
          "is part of another share of the grid than those that are run in this folder"
        } else if run.attempts.last(where: { $0.job == job.job && $0.hasBegun })?.outcome == .again
        {
          "asked for another try (exit status 75), which it gets after a pause"
        } else {
          "is ready and waits for a free worker"
        }
      sentences.append("job \(job.job) (\(job.label)) \(state)")
    }
    if !isOwned {
      sentences.append(
        "nobody is at work in this results folder; `\(CommandLineText.program) run` with its grid goes on"
      )
    }
    return sentences
  }

  var text: String {
    var lines = ["run \(run.id) of \(detail.grid): \(detail.state.rawValue)"]
    if detail.index == nil { lines.append("  the grid has it no more; its results are kept") }
    lines += reasons.map { "  \($0)" }
    if let cost, detail.state != .failed { lines.append("  to do: \(cost.text)") }
    if detail.state == .failed, let cost { lines.append("  trying again: \(cost.text)") }
    lines.append("")
    lines.append("parameters")
    let width = (parameters.keys.map(\.count) + metrics.map(\.name.count)).max() ?? 0
    func row(_ name: String, _ value: String) -> String {
      "  " + name + String(repeating: " ", count: width - name.count) + "  " + value
    }
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      lines.append(row(name, value.description))
    }
    if !metrics.isEmpty {
      lines += ["", "metrics"]
      lines += metrics.map { row($0.name, ParameterValue.number($0.value).description) }
    }
    lines += ["", "stages"]
    let names = detail.stages.map { $0.stage.kind + ($0.stage.step.map { " \($0)" } ?? "") }
    let nameWidth = names.map(\.count).max() ?? 0
    for (name, stage) in zip(names, detail.stages) {
      let took = stage.result.map { " in " + DurationText.short($0.seconds) } ?? ""
      lines.append(
        "  " + name + String(repeating: " ", count: nameWidth - name.count)
          + "  \(stage.stage.key.short)  job \(stage.job)  \(stage.state.word)\(took)")
    }
    if !run.attempts.isEmpty { lines += ["", "attempts"] }
    for attempt in run.attempts {
      let took = attempt.seconds.map { " after " + DurationText.short($0) } ?? ""
      let standing =
        attempt.isRunning && !isOwned ? "it was at work when its owner died" : attempt.standing
      lines.append(
        "  job \(attempt.job) (\(attempt.label)), attempt \(attempt.attempt), "
          + "\(InstantText.text(attempt.startedAt)): \(standing)\(took)")
    }
    if run.attempts.contains(where: { $0.log != nil }) {
      let folder =
        run.results.results == "results"
        ? ""
        : " --results "
          + CommandLineText.quoted(run.results.results)
      lines += ["", "what they said: \(CommandLineText.program) logs \(run.id)\(folder)"]
    }
    return lines.map(DisplayText.printable).joined(separator: "\n")
  }

  var json: OrderedJSON {
    .object([
      .init("run", .string(run.id.text)),
      .init("grid", .string(detail.grid)),
      .init("state", .string(detail.state.rawValue)),
      .init("in_grid", .boolean(detail.index != nil)),
      .init("reasons", .array(reasons.map { .string($0) })),
      .init(
        "parameters",
        .object(parameters.sorted { $0.key < $1.key }.map { .init($0.key, OrderedJSON($0.value)) })),
      .init("metrics", .object(metrics.map { .init($0.name, .number($0.value)) })),
      .init(
        "stages",
        .array(
          detail.stages.map { stage in
            .object([
              .init("kind", .string(stage.stage.kind)),
              .init("step", stage.stage.step.map { .integer($0) } ?? .null),
              .init("key", .string(stage.stage.key.hex)),
              .init("job", .integer(Int(stage.job.rawValue))),
              .init("state", .string(stage.state.word)),
              .init("seconds", stage.result.map { .number($0.seconds) } ?? .null),
            ])
          })),
      .init(
        "attempts", .array(run.attempts.map { $0.json(results: run.results, among: run.attempts) })),
      .init("core_seconds_left", cost?.knownSeconds.map { .number($0) } ?? .null),
      .init("core_seconds_left_low", cost?.interval.map { .number($0.lowerBound) } ?? .null),
      .init("core_seconds_left_high", cost?.interval.map { .number($0.upperBound) } ?? .null),
      .init("unknown_kinds", .array((cost?.cost.unknownKinds ?? []).map { .string($0) })),
    ])
  }
}

extension AttemptRecord {
  /// - Parameters:
  ///   - results: where its log is.
  ///   - attempts: all at its job, and others.
  func json(results: ResultsOption, among attempts: [AttemptRecord]) -> OrderedJSON {
    let last = AttemptLogs.last(of: attempts.filter { $0.job == job }).first
    let place = logPlace(results, isLast: last == nil || last?.attempt == attempt)
    return .object([
      .init("job", .integer(Int(job.rawValue))),
      .init("label", .string(label)),
      .init("attempt", .integer(attempt.rawValue)),
      .init("started", .string(InstantText.text(startedAt))),
      .init("seconds", seconds.map { .number($0) } ?? .null),
      .init("outcome", .string(word)),
      .init("message", (hasBegun ? outcome?.message : nil).map { .string($0) } ?? .null),
      .init("log", place.map { .string($0) } ?? .null),
    ])
  }
}
