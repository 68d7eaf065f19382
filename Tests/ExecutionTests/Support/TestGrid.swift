import Artifacts
import Foundation
import Grid
import JobTable
import Keys
import Scheduler

@testable import Execution

/// A small grid in a table and folder of its own, and the sessions on it.
final class TestGrid {
  let home: TemporaryFolder
  let folder: ResultsFolder
  let table: JobTable
  var name = "test"
  var program: ProgramSpecification
  var settings: ExecutionSettings
  /// The stages of each job, in the order of the jobs.
  private(set) var jobs: [[Stage]] = []

  init(
    _ work: ProgramSpecification.Work, slots: Int = 2, retries: Int = 0, in path: String? = nil
  ) throws {
    home = try path.map { TemporaryFolder(existing: $0) } ?? TemporaryFolder()
    folder = ResultsFolder(path: home.path + "/results")
    try FileManager.default.createDirectory(
      atPath: folder.path, withIntermediateDirectories: true)
    table = try JobTable(path: folder.table)
    program = ProgramSpecification(work: work, retries: retries)
    settings = ExecutionSettings(
      jobs: slots, workerCommand: ["perl", Self.fixture("worker.pl")],
      workingDirectory: home.path, environment: ProcessInfo.processInfo.environment)
    settings.grace = 0.3
  }

  /// A grid of an external program.
  convenience init(
    command: [String], prefix: String? = nil, slots: Int = 2, retries: Int = 0
  ) throws {
    try self.init(
      .external(ExternalProgram(invocation: .command(command), prefix: prefix)), slots: slots,
      retries: retries)
  }

  convenience init(
    shell: String, prefix: String? = nil, slots: Int = 2, retries: Int = 0
  ) throws {
    try self.init(
      .external(ExternalProgram(invocation: .shell(shell), prefix: prefix)), slots: slots,
      retries: retries)
  }

  /// A grid of the script `job` in a folder that is already there.
  static func inFolder(_ path: String) throws -> TestGrid {
    try TestGrid(
      .external(ExternalProgram(invocation: .command(["./job", "{x}"]))), in: path)
  }

  static func fixture(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/\(name)").path(percentEncoded: false)
  }

  /// Adds a job for each of `parameters`; with `steps`, one whose stages are those steps.
  func add(_ parameters: [ParameterAssignment], steps: [Int]? = nil) throws {
    let kind = if case .builtin = program.work { "work" } else { ExternalProgram.stageKind }
    for assignment in parameters {
      if let steps {
        jobs.append(
          steps.map {
            Stage(kind: kind, version: 1, parameters: assignment, parents: [], step: $0)
          })
      } else {
        jobs.append([Stage(kind: kind, version: 1, parameters: assignment, parents: [])])
      }
    }
    try record()
  }

  /// Adds a job of one stage that is computed from the first stage of another.
  func add(_ parameters: ParameterAssignment, after parent: Int) throws {
    jobs.append([
      Stage(kind: "work", version: 1, parameters: parameters, parents: [jobs[parent][0].key])
    ])
    try record()
  }

  private func record() throws {
    let stages = jobs.flatMap { $0 }
    let runs = stages.enumerated().map { index, stage in
      var parameters = stage.parameters
      if let step = stage.step { parameters["step"] = .integer(step) }
      let canonical = parameters.canonical
      return PlannedRun(
        id: RunID(parameters: canonical), index: index, axisValues: [.integer(index)],
        parameters: canonical.text, stages: [stage.key])
    }
    let specification = GridSpecification(
      name: name, program: program,
      axes: [
        Axis(
          name: "index",
          points: runs.indices.map { .init(label: .integer($0), assignment: [:]) })
      ])
    let planned = jobs.enumerated().map { index, stages in
      PlannedJob(
        stages: stages.map(\.key),
        requires: stages.flatMap(\.parents).filter { key in !stages.contains { $0.key == key } },
        label: "job \(index)")
    }
    try table.record(
      Plan(
        specification: specification, hash: Digest(of: "\(jobs.count)"), runs: runs,
        stages: stages),
      as: name, at: 0
    ) { assigned in planned.filter { !$0.stages.contains { assigned.contains($0) } } }
  }

  @discardableResult
  func run(
    control: ExecutionControl = ExecutionControl(),
    observer: (@Sendable (ExecutionSnapshot) -> Void)? = nil
  ) throws -> ExecutionReport {
    try Execution.run(
      grid: name, program: program, table: table, folder: OwnedFolder(folder),
      settings: settings, control: control, observer: observer)
  }

  func result(_ job: Int, _ stage: Int = 0) throws -> StageResult? {
    try table.reader.result(of: jobs[job][stage].key)
  }

  func metrics(_ job: Int, _ stage: Int = 0) throws -> [String: Double]? {
    try result(job, stage)?.metrics
  }

  /// The attempts at a job in their order.
  func attempts(_ job: Int) throws -> [AttemptRecord] {
    var parameters = jobs[job][0].parameters
    if let step = jobs[job][0].step { parameters["step"] = .integer(step) }
    return try table.reader.attempts(for: RunID(parameters: parameters.canonical))
      .filter { $0.label == "job \(job)" }
  }

  func outcomes(_ job: Int) throws -> [AttemptOutcome?] {
    try attempts(job).map(\.outcome)
  }

  /// The failure of a job's last attempt.
  func failure(_ job: Int) throws -> Failure? {
    guard case .failed(let failure)? = try outcomes(job).last else { return nil }
    return failure
  }

  func log(_ job: Int) throws -> String? {
    try attempts(job).last.flatMap { try log(of: $0) }
  }

  func log(of attempt: AttemptRecord) throws -> String? {
    if attempt.log == nil { return nil }
    let name = LogName(job: attempt.job.rawValue, attempt: attempt.attempt.rawValue)
    return try LogReader(folder: folder.logs).bytes(of: name).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
