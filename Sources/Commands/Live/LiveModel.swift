import Execution
import Grid
import JobTable

/// Follows a session from snapshot to snapshot.
struct LiveModel {
  /// What a session is about.
  struct Subject {
    let title: String
    let grid: String
    /// The job table, which is read once.
    let table: String
    let slots: Int
    /// Where a share of the grid is run: its runs, and how many others are done already.
    let share: (runs: Int, doneElsewhere: Int)?
  }

  private let subject: Subject
  private var line = ProgressLine()
  private(set) var state = LiveState()
  private var hasCells = false

  /// Failures that are kept.
  private static let failureLimit = 8

  init(_ subject: Subject) {
    self.subject = subject
    state.title = subject.title
    state.slots = subject.slots
  }

  mutating func observe(_ snapshot: ExecutionSnapshot) {
    var progress = ProgressState(snapshot)
    line.observe(progress)
    if !hasCells {
      hasCells = true
      state.cells = cells(progress)
    }
    if let share = subject.share {
      progress.runsTotal = share.runs
      progress.runsDone -= share.doneElsewhere
    }
    state.progress = progress
    state.rate = line.rate
    state.remaining = line.remaining(progress)
    state.history.observe(elapsed: progress.elapsed, done: progress.stagesDone)
    for stage in snapshot.news.completed { state.cells?.complete(stage) }
    for failure in snapshot.news.failures {
      state.cells?.fail(failure.job)
      state.failures.insert(
        .init(at: failure.seconds, label: failure.label, message: failure.failure.message), at: 0)
    }
    state.failures.removeLast(max(0, state.failures.count - Self.failureLimit))
  }

  /// The words of a single line.
  func text(_ progress: ProgressState) -> String { line.text(progress) }
  func bar(_ progress: ProgressState, width: Int) -> String { line.bar(progress, width: width) }

  private func cells(_ progress: ProgressState) -> CellFill? {
    guard progress.runsTotal <= CellFill.runLimit else { return nil }
    // They are for the eye only: a table that cannot be read fails elsewhere, with a message.
    guard let reader = try? JobTableReader(path: subject.table),
      let record = try? reader.grid(subject.grid)
    else { return nil }
    return try? CellFill(of: record, in: reader)
  }
}
