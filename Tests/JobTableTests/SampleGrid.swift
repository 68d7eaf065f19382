import Grid
import JobTable
import Keys

/// A grid as the planner would expand it, of the built-in program's shape: prepare → select →
/// trajectories over temperature and seed, each state evaluated.
struct SampleGrid {
  var name = "sample"
  var bases = [0]
  var temperatures = [0.5]
  var seeds = [0]
  var steps = [0, 1, 2]
  /// Raising it gives every evaluation another key, as a new version of the program would.
  var evaluationVersion = 1
  /// Another part of a grid, with parameters of its own, lengthens the parameters' text.
  var note = ""

  var plan: Plan {
    var stages: [Stage] = []
    var seen: Set<StageKey> = []
    func add(_ stage: Stage) -> Stage {
      if seen.insert(stage.key).inserted { stages.append(stage) }
      return stage
    }
    var runs: [PlannedRun] = []
    for base in bases {
      for temperature in temperatures {
        for seed in seeds {
          for step in steps {
            let prepare = add(
              Stage(kind: "prepare", version: 1, parameters: ["base": .integer(base)], parents: []))
            let select = add(
              Stage(
                kind: "select", version: 1, parameters: ["prompts": .integer(1)],
                parents: [prepare.key]))
            let state =
              step == 0
              ? prepare
              : add(
                Stage(
                  kind: "em", version: 1,
                  parameters: ["temperature": .number(temperature), "seed": .integer(seed)],
                  parents: [prepare.key, select.key], step: step))
            let evaluation = add(
              Stage(
                kind: "evaluate", version: evaluationVersion,
                parameters: ["evaluation_temperature": .number(0)], parents: [state.key]))
            var parameters: ParameterAssignment = [
              "base": .integer(base), "temperature": .number(temperature), "seed": .integer(seed),
              "step": .integer(step),
            ]
            if !note.isEmpty { parameters["note"] = .string(note) }
            runs.append(
              PlannedRun(
                id: RunID(parameters: parameters.canonical), index: runs.count,
                axisValues: [
                  .integer(base), .number(temperature), .integer(seed), .integer(step),
                ],
                parameters: parameters.canonical.text, stages: [evaluation.key]))
          }
        }
      }
    }
    let specification = GridSpecification(
      name: name, program: ProgramSpecification(work: .builtin),
      axes: [
        Axis(name: "base", points: bases.map { point("base", .integer($0)) }),
        Axis(name: "temperature", points: temperatures.map { point("temperature", .number($0)) }),
        Axis(name: "seed", points: seeds.map { point("seed", .integer($0)) }),
        Axis(name: "step", points: steps.map { point("step", .integer($0)) }),
      ], replicateAxis: "seed")
    let text = "\(bases) \(temperatures) \(seeds) \(steps) \(evaluationVersion) \(note)"
    return Plan(specification: specification, hash: Digest(of: text), runs: runs, stages: stages)
  }

  private func point(_ name: String, _ value: ParameterValue) -> Axis.Point {
    Axis.Point(label: value, assignment: [name: value])
  }

  /// One job for each base model, one for each selection, one for each trajectory with the evaluations
  /// of its states, one for the evaluations of a base model.
  static func jobs(for plan: Plan, assigned: Set<StageKey>) -> [PlannedJob] {
    let trajectories = Set(plan.stages.filter { $0.step != nil }.map(\.trajectory))
    var order: [StageKey] = []
    var members: [StageKey: [Stage]] = [:]
    var home: [StageKey: StageKey] = [:]
    for stage in plan.stages {
      var group = stage.trajectory
      if stage.kind == "evaluate", let parent = stage.parents.first {
        group = home[parent].flatMap { trajectories.contains($0) ? $0 : nil } ?? stage.key
      }
      home[stage.key] = group
      if assigned.contains(stage.key) { continue }
      if members[group] == nil { order.append(group) }
      members[group, default: []].append(stage)
    }
    return order.map { group in
      let stages = members[group, default: []]
      let own = Set(stages.map(\.key))
      var required: [StageKey] = []
      for stage in stages {
        for parent in stage.parents where !own.contains(parent) && !required.contains(parent) {
          required.append(parent)
        }
      }
      return PlannedJob(
        stages: stages.map(\.key), requires: required,
        label: "\(stages[0].kind) \(stages.count) stages")
    }
  }

  @discardableResult
  func record(in table: JobTable, at time: Double = 1000) throws -> PlanRecord {
    let plan = plan
    return try table.record(plan, as: name, at: time) { Self.jobs(for: plan, assigned: $0) }
  }
}

/// The result that a stage always has: metrics and hashes made from its key.
func sampleResult(of stage: Stage, seconds: Double = 0.25) -> StageResult {
  let number = Double(stage.key.digest.prefix64 >> 11) * 0x1p-53
  let artifact = ArtifactReference(
    stage: stage.key, kind: stage.kind == "evaluate" ? "outcomes" : "state",
    sha256: Digest(of: "artifact of " + stage.key.hex).hex, bytes: 1000)
  return StageResult(
    stage: stage.key, metrics: stage.kind == "evaluate" ? ["accuracy": number] : [:],
    artifacts: [artifact], seconds: seconds)
}

let sampleWorker = WorkerEnvironment(
  pid: 4711, version: "1.0 abc", cpu: "a CPU", blas: "a BLAS")

extension JobTable {
  /// Runs one attempt at the job to its end and returns what became of every change.
  @discardableResult
  func complete(_ job: JobID, at time: Double = 2000) throws -> [ChangeOutcome] {
    let attempt = try begin(job, at: time)
    let order = try order(for: job, attempt: attempt)
    var changes = order.stages.map {
      Change.stageCompleted(job, attempt, sampleResult(of: $0), at: time, rule: .anyAttempt)
    }
    changes.append(.attemptEnded(job, attempt, .completed, at: time))
    return try apply(changes)
  }

  /// Begins the next attempt at the job.
  func begin(_ job: JobID, at time: Double = 2000) throws -> Attempt {
    let attempt = try reader.work(on: [job])[0].lastAttempt?.next ?? .first
    let outcome = try apply([
      .attemptBegan(job, attempt, at: time, worker: sampleWorker, log: "logs/\(job).log")
    ])
    guard outcome == [.applied] else { throw Unexpected(outcomes: outcome) }
    return attempt
  }

  /// Completes everything that the grid needs, in the order in which it becomes ready.
  func completeAll(of grid: String) throws {
    while let job = try reader.work(for: grid).first(where: { $0.requires.isEmpty && !$0.hasFailed }
    ) {
      try complete(job.job)
    }
  }
}

struct Unexpected: Error {
  let outcomes: [ChangeOutcome]
}

extension JobTableReader {
  func runs(in grid: String) throws -> [RunRecord] {
    var runs: [RunRecord] = []
    try forEachRun(in: grid) { runs.append($0) }
    return runs
  }
}
