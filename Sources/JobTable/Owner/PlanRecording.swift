import GRDB
import Grid
import Keys

/// The steps of recording one plan, within one transaction.
///
/// What is known of the plan's stages is kept by their places in it: about 30 bytes each.
struct PlanRecording {
  let db: Database
  let plan: Plan
  var grid: Int64 = 0
  private(set) var record = PlanRecord()

  /// By stage: its row. A new one's is given out before it is entered.
  private(set) var rows: [Int64]
  /// The first row of a new stage.
  private var firstNew: Int64 = 1
  /// By stage: its job; 0 while it has none.
  private var jobs: [Int64]
  private var states: [StageState]
  /// By stage: where it comes in its new job; -1 for one that the table had.
  private var places: [Int32]
  private var knownStages = 0
  private var claimed = 0

  /// The jobs that were made, each with the places of the stages that the planner says it requires.
  private var required: [(job: Int64, stages: [Int32])] = []
  private let jobInserter: RowInserter
  private var nextJob: Int64 = 0

  init(db: Database, plan: Plan) {
    self.db = db
    self.plan = plan
    rows = Array(repeating: 0, count: plan.stages.count)
    jobs = Array(repeating: 0, count: plan.stages.count)
    states = Array(repeating: .open, count: plan.stages.count)
    places = Array(repeating: -1, count: plan.stages.count)
    jobInserter = RowInserter(db, into: "job", ["id", "grid_id", "label", "state", "missing"])
  }

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

  /// Looks up the stages that the table has, and gives the others their rows.
  mutating func findStages() throws {
    firstNew = try lastRow(of: "stage") + 1
    if firstNew > 1 { try findKnownStages() }
    var next = firstNew
    for index in rows.indices where rows[index] == 0 {
      rows[index] = next
      next += 1
    }
  }

  private func isNew(_ stage: Int) -> Bool { rows[stage] >= firstNew }

  private mutating func findKnownStages() throws {
    let finder = try RowFinder(
      db,
      """
      SELECT id, job_id, state FROM stage
      WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)
      """)
    for index in 0..<plan.stages.count {
      let row = try finder.row(plan.stages.key(at: index).digest) {
        (id: $0.integer(0), job: $0.integer(1), state: try $0.stageState(2))
      }
      guard let row else { continue }
      knownStages += 1
      rows[index] = row.id
      jobs[index] = row.job
      states[index] = row.state
      switch row.state {
      case .open: record.openStages += 1
      case .done: record.doneStages += 1
      case .failed: record.failedStages += 1
      }
    }
  }

  /// By stage, whether it is entered with this plan. To be asked after `findStages`.
  private var newStages: [Bool] { rows.map { $0 >= firstNew } }

  func lastRow(of table: StaticString) throws -> Int64 {
    try db.first("SELECT coalesce(max(id), 0) FROM \(table)", value: { $0.integer(0) }) ?? 0
  }

  // MARK: - Jobs

  /// Makes the jobs of stages that have none, beside other work. To be asked after `findStages`.
  func placedJobs(
    _ jobs: @escaping @Sendable ([Bool], (PlacedJob) throws -> Void) throws -> Void
  ) -> Feed<[PlacedJob]> {
    let isAssigned = knownStages == 0 ? [] : rows.map { $0 < firstNew }
    // Far ahead, while runs are entered: up to 131,072 jobs, which where many stages make one are all that
    // there are.
    return Feed(ahead: 256) { hand in
      var piece: [PlacedJob] = []
      try jobs(isAssigned) { job in
        piece.append(job)
        if piece.count < 512 { return }
        try hand(piece)
        piece.removeAll()
      }
      try hand(piece)
    }
  }

  mutating func insertJobs(_ jobs: Feed<[PlacedJob]>) throws {
    nextJob = try lastRow(of: "job")
    while let piece = try jobs.next() {
      for job in piece { try insert(job) }
    }
    try jobInserter.finish()
  }

  /// Makes a job, without the stages that have one already.
  private mutating func insert(_ job: PlacedJob) throws {
    let id = nextJob + 1
    var place: Int32 = 0
    for stage in job.stages {
      let index = Int(stage)
      // A known one had its job before this plan.
      if !isNew(index) { continue }
      guard jobs[index] == 0 else {
        throw JobTableError.brokenPlan(
          "stage \(plan.stages.key(at: index).short) belongs to two jobs")
      }
      jobs[index] = id
      places[index] = place
      place += 1
    }
    if place == 0 { return }
    nextJob = id
    claimed += Int(place)
    jobInserter.bind(1, id)
    jobInserter.bind(2, grid)
    jobInserter.bind(3, text: job.label)
    jobInserter.bind(4, StageState.open.rawValue)
    jobInserter.bind(5, Int64(place))
    try jobInserter.add()
    if !job.requires.isEmpty { required.append((id, job.requires)) }
    record.newJobs += 1
  }

  // MARK: - Stages

  /// The stages that are new, in the order of their keys.
  func newStagesByKey() -> Feed<[Int32]> {
    let stages = plan.stages
    let isNew = newStages
    return KeyOrder.feed(of: stages.count) { index in
      isNew[index] ? stages.key(at: index).digest.prefix64 : nil
    }
  }

  /// - Parameters:
  ///   - firstRuns: by stage the row of the first run that it belongs to; 0 without one.
  ///   - byKey: the stages that are new, in the order of their keys.
  mutating func insertStages(firstRuns: [Int64], byKey: Feed<[Int32]>) throws {
    var parameters = try ParameterRecording(
      db, plan.stages, entering: newStages, next: lastRow(of: "parameter_set"))
    defer { parameters.close() }
    let trajectoryInserter = TrajectoryRecording.inserter(db)
    let inserter = RowInserter(
      db, into: "stage",
      [
        "id", "key", "kind", "version", "parameter_set_id", "step", "trajectory_id", "job_id",
        "place", "own", "parent_id", "run_id", "state",
      ],
      after: [parameters.inserter, trajectoryInserter])
    let parentInserter = RowInserter(
      db, into: "own_parent", ["stage_id", "position", "parent_id"], after: [inserter])
    var trajectories = try TrajectoryRecording(
      db, plan.stages, next: lastRow(of: "trajectory"), inserter: trajectoryInserter,
      stageInserter: inserter)
    defer { trajectories.close() }
    let stages = plan.stages
    let sorts = stages.templates.sorts
    for index in 0..<stages.count where isNew(index) {
      let sort = sorts[stages.sort(at: index)]
      guard jobs[index] > 0 else {
        throw JobTableError.brokenPlan(
          "no job has the \(sort.kind) stage \(stages.key(at: index).short)")
      }
      let id = rows[index]
      let trajectory = try stages.step(at: index).map { _ in
        try trajectories.row(ofLineage: stages.lineage(at: index) ?? 0) { parent in
          try parentRow(parent, of: index)
        }
      }
      inserter.bind(1, id)
      inserter.bind(2, stages.key(at: index).digest)
      inserter.bind(3, text: sort.kind)
      inserter.bind(4, sort.version)
      inserter.bind(5, try parameters.row(of: stages.template(at: index)))
      if let step = stages.step(at: index), let trajectory {
        inserter.bind(6, step)
        inserter.bind(7, trajectory)
      }
      inserter.bind(8, jobs[index])
      inserter.bind(9, Int64(places[index]))
      parameters.withOwn { own in
        if let own { inserter.bind(10, utf8: own) }
      }
      let parentCount = trajectory == nil ? stages.parentCount(at: index) : 0
      if parentCount == 1 {
        inserter.bind(11, try parentRow(stages.parent(0, at: index), of: index))
      }
      if firstRuns[index] > 0 { inserter.bind(12, firstRuns[index]) }
      inserter.bind(13, StageState.open.rawValue)
      try inserter.add()
      if parentCount > 1 {
        for position in 0..<parentCount {
          parentInserter.bind(1, id)
          parentInserter.bind(2, position)
          parentInserter.bind(3, try parentRow(stages.parent(position, at: index), of: index))
          try parentInserter.add()
        }
      }
      record.newStages += 1
    }
    try inserter.finish()
    try parentInserter.finish()
    try trajectories.finish()
    guard record.newStages == claimed else {
      throw JobTableError.brokenPlan("a job has a stage that the plan does not have")
    }
    let keyInserter = RowInserter(db, into: "stage_key", ["key", "stage_id"])
    for index in try byKey.next() ?? [] {
      keyInserter.bind(1, stages.key(at: Int(index)).digest)
      keyInserter.bind(2, rows[Int(index)])
      try keyInserter.add()
    }
    try keyInserter.finish()
  }

  private func parentRow(_ parent: Int?, of index: Int) throws -> Int64 {
    guard let parent, parent < index || !isNew(parent) else {
      let stage = plan.stages[index]
      let missing = stage.parents.first { key in
        plan.stages.index(of: key).map { $0 >= index && isNew($0) } ?? true
      }
      throw JobTableError.brokenPlan(
        "the \(stage.kind) stage \(stage.key.short) comes before its parent "
          + (missing?.short ?? "that it lacks"))
    }
    return rows[parent]
  }

  // MARK: - Dependencies

  /// A new job requires the jobs of its stages' parents, and of what the planner names besides, unless
  /// those stages are done.
  mutating func insertDependencies() throws {
    let inserter = RowInserter(
      db, into: "job_dependency", ["job_id", "requires_id"], known: .ignored)
    let stages = plan.stages
    let jobs = jobs
    let states = states
    // Neighbours mostly belong to one job, which requires few others.
    var last: Int64 = 0
    var known: [Int64] = []
    func require(_ stage: Int, by job: Int64) throws {
      let required = jobs[stage]
      if required == job || states[stage] == .done { return }
      if last != job {
        last = job
        known.removeAll(keepingCapacity: true)
      }
      if known.contains(required) { return }
      if known.count < 8 { known.append(required) }
      inserter.bind(1, job)
      inserter.bind(2, required)
      try inserter.add()
    }
    for (job, stages) in required { for stage in stages { try require(Int(stage), by: job) } }
    required = []
    for index in places.indices where places[index] >= 0 {
      for position in 0..<stages.parentCount(at: index) {
        if let parent = stages.parent(position, at: index) { try require(parent, by: jobs[index]) }
      }
    }
    try inserter.finish()
  }

  // MARK: - Runs

  mutating func record(_ runs: inout RunRecording) throws {
    try runs.record(rows: rows, states: states)
    record.newRuns = runs.new
    record.keptRuns = runs.kept
    record.orphanedRuns = runs.orphaned
    isFirstTime = runs.isFirstTime && knownStages == 0
  }

  /// Which runs each stage belongs to, besides the first.
  func recordStages(of runs: RunRecording, firstRuns: [Int64]) throws {
    try runs.recordStages(rows: rows, isNew: newStages, firstRuns: firstRuns)
  }

  /// Whether neither the grid nor any of its stages were in the table.
  private var isFirstTime = false

  // MARK: - What the grid needs

  /// The plan's stages include all ancestors; what their jobs require besides is added.
  func recordNeededJobs() throws {
    // New jobs of a first plan bear the grid's number and require each other only.
    if isFirstTime {
      try recordFirstTallies()
      return
    }
    try db.execute(sql: "CREATE TEMP TABLE needed (id INTEGER PRIMARY KEY)")
    defer { try? db.execute(sql: "DROP TABLE needed") }
    let inserter = RowInserter(db, into: "needed", ["id"], known: .ignored)
    var last: Int64 = 0
    for job in jobs where job > 0 && job != last {
      last = job
      inserter.bind(1, job)
      try inserter.add()
    }
    try inserter.finish()
    try db.run(
      """
      WITH RECURSIVE more (id) AS (
        SELECT id FROM needed
        UNION
        SELECT requires_id FROM more JOIN job_dependency ON job_id = more.id)
      INSERT OR IGNORE INTO needed SELECT id FROM more
      """)
    try db.run(
      """
      UPDATE job SET grid_id = (SELECT min(grid_id) FROM further_job WHERE job_id = job.id)
      WHERE grid_id = ? AND id NOT IN (SELECT id FROM needed)
      """,
      .integer(grid))
    try db.run("DELETE FROM further_job WHERE grid_id = ?", .integer(grid))
    try db.run(
      """
      DELETE FROM further_job
      WHERE grid_id = (SELECT grid_id FROM job WHERE id = further_job.job_id)
      """)
    try db.run(
      "UPDATE job SET grid_id = ? WHERE grid_id IS NULL AND id IN (SELECT id FROM needed)",
      .integer(grid))
    try db.run(
      """
      INSERT INTO further_job
      SELECT ?1, job.id FROM needed JOIN job ON job.id = needed.id WHERE job.grid_id <> ?1
      """,
      .integer(grid))
    try db.countAgain(grid)
  }

  private func recordFirstTallies() throws {
    try db.run(
      """
      INSERT INTO grid_tally (grid_id, runs_done, runs_failed, orphans, jobs, jobs_done, jobs_failed)
      VALUES (?, 0, 0, 0, ?, 0, 0)
      """,
      .integer(grid), .integer(record.newJobs))
    let sorts = plan.stages.templates.sorts
    var counts = [Int](repeating: 0, count: sorts.count)
    for index in 0..<plan.stages.count { counts[plan.stages.sort(at: index)] += 1 }
    for (sort, count) in zip(sorts, counts) where count > 0 {
      try db.run(
        """
        INSERT INTO stage_tally (grid_id, kind, open, done, failed) VALUES (?, ?, ?, 0, 0)
        ON CONFLICT (grid_id, kind) DO UPDATE SET open = open + excluded.open
        """,
        .integer(grid), .text(sort.kind), .integer(count))
    }
  }
}
