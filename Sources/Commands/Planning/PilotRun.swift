import Execution
import Grid
import JobTable
import Planner
import Synchronization

/// A pilot: the few jobs of a grid that have to be timed before its cost can be told. They are run as
/// `run` would run them, so that nothing of them is wasted.
struct PilotRun {
  let run: GridRun
  /// Seconds after which nothing more is begun.
  let budget: Double

  /// Runs the pilot and prints the plan as it stands then; ends the process with the status of `run`
  /// where jobs failed or the user stopped it.
  func callAsFunction() throws {
    // A pilot is for the whole grid; the share that this folder holds stays what it is.
    try run.owning(takingShare: false) { owned, table in
      let planning = try Planning(run.loaded, in: table.reader)
      let jobs = try self.jobs(planning, in: table.reader)
      var status = ExitStatus.done
      var estimated: [TimedStage] = []
      if jobs.isEmpty {
        run.say("nothing to time: whatever is missing, its like was timed before")
      } else {
        (status, estimated) = try work(jobs, planning, in: owned, table)
      }
      let after = try Planning(run.loaded, in: table.reader)
      try PlanCommand.show(
        after, estimated: estimated, run.loaded, run.grid, in: table.reader,
        output: run.options.output)
      try table.close()
      if status != .done { throw status.code }
    }
  }

  private func jobs(_ planning: Planning, in reader: JobTableReader) throws -> Set<JobID> {
    let work = try reader.work(for: run.loaded.name).filter { !$0.hasFailed }
    var stages: [JobID: [StageKey]] = [:]
    for (job, stage) in try reader.openStages(in: run.loaded.name) {
      stages[job, default: []].append(stage)
    }
    let places = Dictionary(
      work.enumerated().map { ($1.job, $0) }, uniquingKeysWith: { first, _ in first })
    let jobs = work.map { item in
      Pilot.Job(
        stages: stages[item.job] ?? [], requires: item.requires.compactMap { places[$0] })
    }
    let chosen = Pilot.jobs(
      among: jobs, of: planning.tree, program: run.loaded.grid.program,
      timed: try Planning.timings(in: reader))
    return Set(chosen.map { work[$0].job })
  }

  private func work(
    _ jobs: Set<JobID>, _ planning: Planning, in owned: borrowing OwnedFolder, _ table: JobTable
  ) throws -> (ExitStatus, [TimedStage]) {
    run.say(
      "pilot: \(jobs.count) job\(jobs.count == 1 ? "" : "s"), at most about "
        + "\(DurationText.short(budget)); what they complete is kept")
    let control = ExecutionControl()
    // What a program of the user's says of its steps is for the eye.
    let isBuiltin =
      if case .builtin = run.loaded.grid.specification.program.work { true } else { false }
    let pace = PaceWatch(isTracking: isBuiltin)
    let display =
      run.options.output == .quiet ? nil : ProgressDisplay(try run.liveSubject(in: table))
    let report = try Execution.run(
      grid: run.loaded.name, program: run.loaded.grid.specification.program, table: table,
      folder: owned, settings: run.settings, only: jobs, control: control
    ) { snapshot in
      display?.update(snapshot)
      if pace.observe(snapshot, budget: budget) { control.wish(.drain) }
    }
    display?.clear()
    let estimated = pace.observed.compactMap { stage, pace, total in
      Pilot.timing(of: stage, in: planning.tree, pace: pace, total: total)
    }
    if case .drained = report.outcome, pace.isOver {
      run.say("the pilot's time is over; what it had begun goes on with the next run")
      return (report.jobs.failed > 0 ? .someRunsFailed : .done, estimated)
    }
    let status = run.status(of: report)
    return (status == .done && report.jobs.failed > 0 ? .someRunsFailed : status, estimated)
  }
}

/// Follows how fast stages go on, so that one that is too long for a pilot can be told from its pace.
private final class PaceWatch: Sendable {
  private struct Mark: Sendable {
    let seconds: Double
    let done: Int
  }

  private struct Track: Sendable {
    let first: Mark
    var last: Mark
    var total: Int
  }

  private struct State: Sendable {
    var tracks: [StageKey: Track] = [:]
    var order: [StageKey] = []
    var isOver = false
  }

  private let isTracking: Bool
  private let state = Mutex(State())

  init(isTracking: Bool) {
    self.isTracking = isTracking
  }

  /// Whether the budget was used up.
  var isOver: Bool { state.withLock { $0.isOver } }

  /// Returns whether the budget is used up with this snapshot, once.
  func observe(_ snapshot: ExecutionSnapshot, budget: Double) -> Bool {
    state.withLock { state in
      for activity in snapshot.activities where isTracking {
        guard let progress = activity.progress, progress.total > 0 else { continue }
        let mark = Mark(seconds: snapshot.seconds, done: progress.done)
        if state.tracks[progress.stage] == nil {
          state.tracks[progress.stage] = Track(first: mark, last: mark, total: progress.total)
          state.order.append(progress.stage)
        } else if mark.done > state.tracks[progress.stage]!.last.done {
          state.tracks[progress.stage]!.last = mark
        }
      }
      guard snapshot.seconds >= budget, !state.isOver else { return false }
      state.isOver = true
      return true
    }
  }

  /// Stages that went on while they were watched: seconds for each unit of their progress, and how many
  /// units they have.
  var observed: [(stage: StageKey, pace: Double, total: Int)] {
    state.withLock { state in
      state.order.compactMap { stage in
        guard let track = state.tracks[stage], track.last.done > track.first.done else {
          return nil
        }
        let pace =
          (track.last.seconds - track.first.seconds) / Double(track.last.done - track.first.done)
        return (stage, pace, track.total)
      }
    }
  }
}
