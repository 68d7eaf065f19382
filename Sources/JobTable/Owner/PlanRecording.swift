import GRDB
import Grid
import Keys

/// The steps of recording one plan, within one transaction.
struct PlanRecording {
  /// Where a stage of the plan stands in the table.
  private struct Known {
    let id: Int64
    let job: Int64
    let state: StageState
  }

  /// The place of a new stage in its new job.
  private struct Claim {
    let job: Int64
    let place: Int
  }

  private let db: Database
  private let plan: Plan
  private var grid: Int64 = 0
  private var known: [StageKey: Known] = [:]
  private var claims: [StageKey: Claim] = [:]
  /// The jobs that were made, each with what the planner says it requires.
  private var newJobs: [(id: Int64, job: PlannedJob)] = []
  private(set) var record = PlanRecord()

  init(db: Database, plan: Plan) {
    self.db = db
    self.plan = plan
  }

  /// The stages of the plan that have a job already. To be asked after `findStages`.
  var assigned: Set<StageKey> { Set(known.keys) }

  mutating func recordGrid(_ name: String, at time: Double) throws {
    let row = try db.first(
      """
      INSERT INTO grid (name, specification, hash, planned_at, runs) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET specification = excluded.specification,
        hash = excluded.hash, planned_at = excluded.planned_at, runs = excluded.runs
      RETURNING id
      """,
      .text(name), .text(try Coding.text(of: plan.specification)), .digest(plan.hash), .real(time),
      .integer(plan.runs.count),
      value: { $0.integer(0) })
    grid = row ?? 0
  }

  /// Looks up the stages that the table has.
  mutating func findStages() throws {
    known.reserveCapacity(plan.stages.count)
    guard try db.first("SELECT 1 FROM stage LIMIT 1", value: { _ in true }) != nil else { return }
    for stage in plan.stages {
      let row = try db.first(
        "SELECT id, job_id, state FROM stage WHERE key = ?", .key(stage.key),
        value: { (id: $0.integer(0), job: $0.integer(1), state: try $0.stageState(2)) })
      guard let row else { continue }
      known[stage.key] = Known(id: row.id, job: row.job, state: row.state)
      switch row.state {
      case .open: record.openStages += 1
      case .done: record.doneStages += 1
      case .failed: record.failedStages += 1
      }
    }
  }

  /// Makes the jobs, without the stages that have one already.
  mutating func insertJobs(_ jobs: [PlannedJob]) throws {
    claims.reserveCapacity(plan.stages.count - known.count)
    for job in jobs {
      let stages = job.stages.filter { known[$0] == nil }
      if stages.isEmpty { continue }
      try db.run(
        "INSERT INTO job (grid_id, label, state) VALUES (?, ?, 0)", .integer(grid),
        .text(job.label))
      let id = db.lastInsertedRowID
      for (place, stage) in stages.enumerated() {
        guard claims.updateValue(Claim(job: id, place: place), forKey: stage) == nil else {
          throw JobTableError.brokenPlan("stage \(stage.short) belongs to two jobs")
        }
      }
      newJobs.append((id, job))
    }
    record.newJobs = newJobs.count
  }

  mutating func insertStages() throws {
    var parameterSets: [ParameterAssignment: Int64] = [:]
    var claimed = 0
    for stage in plan.stages where known[stage.key] == nil {
      guard let claim = claims[stage.key] else {
        throw JobTableError.brokenPlan("no job has the \(stage.kind) stage \(stage.key.short)")
      }
      claimed += 1
      let parameters: Int64
      if let id = parameterSets[stage.parameters] {
        parameters = id
      } else {
        try db.run(
          "INSERT INTO parameter_set (text) VALUES (?)", .text(stage.parameters.canonical.text))
        parameters = db.lastInsertedRowID
        parameterSets[stage.parameters] = parameters
      }
      try db.run(
        """
        INSERT INTO stage (key, kind, version, parameter_set_id, step, trajectory, job_id, place, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
        """,
        .key(stage.key), .text(stage.kind), .integer(stage.version), .integer(parameters),
        .integer(stage.step), stage.step == nil ? .null : .key(stage.trajectory),
        .integer(claim.job), .integer(claim.place))
      let id = db.lastInsertedRowID
      for (position, parent) in stage.parents.enumerated() {
        guard let parent = known[parent] else {
          throw JobTableError.brokenPlan(
            "the \(stage.kind) stage \(stage.key.short) comes before its parent \(parent.short)")
        }
        try db.run(
          "INSERT INTO stage_parent (stage_id, position, parent_id) VALUES (?, ?, ?)",
          .integer(id), .integer(position), .integer(parent.id))
      }
      known[stage.key] = Known(id: id, job: claim.job, state: .open)
    }
    guard claimed == claims.count else {
      throw JobTableError.brokenPlan("a job has a stage that the plan does not have")
    }
    record.newStages = claimed
  }

  /// A new job requires the jobs of its stages' parents, and of what the planner names besides, unless
  /// those stages are done.
  mutating func insertDependencies() throws {
    for (id, job) in newJobs {
      for stage in job.requires {
        guard let required = known[stage] else {
          throw JobTableError.brokenPlan("“\(job.label)” requires a stage that the plan lacks")
        }
        try require(required, by: id)
      }
    }
    for stage in plan.stages {
      guard let claim = claims[stage.key] else { continue }
      for parent in stage.parents {
        if let parent = known[parent] { try require(parent, by: claim.job) }
      }
    }
  }

  private func require(_ stage: Known, by job: Int64) throws {
    guard stage.state != .done, stage.job != job else { return }
    try db.run(
      "INSERT OR IGNORE INTO job_dependency (job_id, requires_id) VALUES (?, ?)", .integer(job),
      .integer(stage.job))
  }

  mutating func recordRuns() throws {
    struct Earlier {
      let id: Int64
      let checksum: Int64
      let isOrphan: Bool
    }
    var earlier: [String: Earlier] = [:]
    try db.forEach(
      "SELECT run, id, checksum, position IS NULL FROM run WHERE grid_id = ?", .integer(grid)
    ) { row in
      earlier[row.text(0)] = Earlier(
        id: row.integer(1), checksum: row.integer(2), isOrphan: row.int(3) == 1)
    }
    let hadRuns = earlier.values.count { !$0.isOrphan }
    if hadRuns > 0 {
      // Positions are unique, so all are taken back before any is given out again.
      try db.run("UPDATE run SET position = NULL WHERE grid_id = ?", .integer(grid))
    }
    for run in plan.runs {
      let axisValues = CanonicalJSON.array(run.axisValues.map(\.canonical)).text
      let checksum = Checksum.run(run.id.text, axisValues: axisValues, stages: run.stages)
      if let row = earlier[run.id.text] {
        if row.isOrphan { record.newRuns += 1 } else { record.keptRuns += 1 }
        try db.run(
          "UPDATE run SET position = ?, axis_values = ?, parameters = ?, checksum = ? WHERE id = ?",
          .integer(run.index), .text(axisValues), .text(run.parameters), .integer(checksum),
          .integer(row.id))
        if row.checksum != checksum {
          try db.run("DELETE FROM run_stage WHERE run_id = ?", .integer(row.id))
          try insertStages(of: run, row: row.id)
        }
      } else {
        record.newRuns += 1
        try db.run(
          """
          INSERT INTO run (grid_id, run, position, axis_values, parameters, checksum)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
          .integer(grid), .text(run.id.text), .integer(run.index), .text(axisValues),
          .text(run.parameters), .integer(checksum))
        try insertStages(of: run, row: db.lastInsertedRowID)
      }
    }
    record.orphanedRuns = hadRuns - record.keptRuns
  }

  private func insertStages(of run: PlannedRun, row: Int64) throws {
    guard !run.stages.isEmpty else {
      throw JobTableError.brokenPlan("run \(run.id) has no stage")
    }
    for (position, stage) in run.stages.enumerated() {
      guard let stage = known[stage] else {
        throw JobTableError.brokenPlan("run \(run.id) needs a stage that the plan lacks")
      }
      try db.run(
        "INSERT INTO run_stage (run_id, position, stage_id) VALUES (?, ?, ?)", .integer(row),
        .integer(position), .integer(stage.id))
    }
  }

  /// The plan's stages include all ancestors; what their jobs require besides is added.
  func recordNeededJobs() throws {
    try db.run("DELETE FROM grid_job WHERE grid_id = ?", .integer(grid))
    var needed: Set<Int64> = []
    for stage in plan.stages {
      if let job = known[stage.key]?.job { needed.insert(job) }
    }
    for job in needed.sorted() {
      try db.run(
        "INSERT INTO grid_job (grid_id, job_id) VALUES (?, ?)", .integer(grid), .integer(job))
    }
    try db.run(
      """
      WITH RECURSIVE needed (id) AS (
        SELECT job_id FROM grid_job WHERE grid_id = ?
        UNION
        SELECT requires_id FROM job_dependency JOIN needed ON job_id = needed.id)
      INSERT OR IGNORE INTO grid_job (grid_id, job_id) SELECT ?, id FROM needed
      """,
      .integer(grid), .integer(grid))
  }
}
