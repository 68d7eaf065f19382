import Execution
import Grid
import JobTable

/// Follows a session from snapshot to snapshot.
struct LiveModel {
  /// What a session is about.
  struct Subject {
    let title: String
    let grid: String
    /// The job table, which is read once, of a large grid from time to time.
    let table: String
    let slots: Int
    /// Where a share of the grid is run: its runs, and how many others are done already.
    let share: (runs: Int, doneElsewhere: Int)?
  }

  private let subject: Subject
  private var line = ProgressLine()
  private(set) var state = LiveState()
  private var hasCells = false
  /// Of a large grid: the look at its cells that is being taken, and when the next one may begin.
  private var look: Later<(cells: CellFill, seconds: Double)?>?
  private var lookBegan = 0.0
  private var nextLook = 0.0

  /// A look takes at most this share of a core, and comes at most so often, in seconds.
  private static let lookShare = 0.01
  private static let lookInterval = 10.0

  /// Failures that are kept.
  private static let failureLimit = 8

  init(_ subject: Subject) {
    self.subject = subject
    state.title = subject.title
    state.slots = subject.slots
  }

  /// - Parameter showsCells: whether anybody sees the cells.
  mutating func observe(_ snapshot: ExecutionSnapshot, showsCells: Bool = true) {
    var progress = ProgressState(snapshot)
    line.observe(progress)
    if showsCells, progress.runsTotal > CellFill.runLimit {
      lookAtCells(progress.elapsed)
    } else if showsCells, !hasCells {
      hasCells = true
      state.cells = grid.flatMap { try? CellFill(of: $0.record, in: $0.reader) }
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

  /// Takes what the last look has seen, and begins the next one when it is time.
  private mutating func lookAtCells(_ elapsed: Double) {
    if let seen = look?.ready {
      if let seen {
        state.cells = seen.cells
        state.cellsSeenAt = lookBegan
      }
      look = nil
      nextLook = elapsed + max(Self.lookInterval, (seen?.seconds ?? 0) / Self.lookShare)
    }
    guard look == nil, elapsed >= nextLook, let grid else { return }
    lookBegan = elapsed
    look = Later {
      let clock = ContinuousClock()
      let began = clock.now
      guard let cells = try? CellFill(now: grid.record, in: grid.reader) else { return nil }
      return (cells, (clock.now - began) / .seconds(1))
    }
  }

  /// They are for the eye only: a table that cannot be read fails elsewhere, with a message.
  private var grid: (record: GridRecord, reader: JobTableReader)? {
    guard let reader = try? JobTableReader(path: subject.table),
      let record = try? reader.grid(subject.grid)
    else { return nil }
    return (record, reader)
  }
}
