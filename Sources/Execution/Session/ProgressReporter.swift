import Dispatch
import Grid
import JobTable
import Synchronization

/// Hands snapshots to the observer, at most five times a second and never while it is still at the
/// one before: a terminal that stands still must not hold the owner up.
///
/// `@unchecked Sendable`: what is mutable is touched on the owner's queue only, but for `isBusy`.
final class ProgressReporter: @unchecked Sendable {
  private static let interval = Duration.milliseconds(200)

  private let grid: String
  private let table: String
  private let observer: @Sendable (ExecutionSnapshot) -> Void
  private let counted: @Sendable (GridCounts.Runs) -> Void
  private let queue = DispatchQueue(label: "espalier.progress", qos: .utility)
  private let isBusy = Mutex(false)
  private var nextCount = Duration.zero
  private var isCounting = false
  private var countBegan = Duration.zero
  private(set) var runs: GridCounts.Runs
  private(set) var nextUpdate = Duration.zero

  /// - Parameter counted: called with the runs whenever they have been counted, from any thread.
  init(
    grid: String, table: String, runs: GridCounts.Runs,
    observer: @escaping @Sendable (ExecutionSnapshot) -> Void,
    counted: @escaping @Sendable (GridCounts.Runs) -> Void
  ) {
    self.grid = grid
    self.table = table
    self.runs = runs
    self.observer = observer
    self.counted = counted
  }

  func update(now: Duration, _ snapshot: (GridCounts.Runs) -> ExecutionSnapshot) {
    guard now >= nextUpdate else { return }
    nextUpdate = now + Self.interval
    countRuns(now: now)
    let isFree = isBusy.withLock { isBusy in
      defer { isBusy = true }
      return !isBusy
    }
    guard isFree else { return }
    let state = snapshot(runs)
    queue.async { [self] in
      observer(state)
      isBusy.withLock { $0 = false }
    }
  }

  /// Hands over the last snapshot, with these runs, and waits until the observer has had it.
  func finish(_ runs: GridCounts.Runs?, _ snapshot: (GridCounts.Runs) -> ExecutionSnapshot) {
    let state = snapshot(runs ?? self.runs)
    queue.sync { observer(state) }
  }

  func runsCounted(_ runs: GridCounts.Runs, now: Duration) {
    self.runs = runs
    isCounting = false
    // Counting takes long in a large table; it gets a twentieth of the time.
    nextCount = now + max(.milliseconds(500), (now - countBegan) * 20)
  }

  /// Has the runs counted by a reader of its own, so that the owner goes on meanwhile.
  private func countRuns(now: Duration) {
    guard !isCounting, now >= nextCount else { return }
    isCounting = true
    countBegan = now
    let before = runs
    DispatchQueue.global(qos: .utility).async { [self] in
      // A count that cannot be had leaves the last one standing; it is for the eye only.
      let counts = try? JobTableReader(path: table).counts(for: grid)
      counted(counts?.runs ?? before)
    }
  }
}

extension Session {
  func snapshot(_ runs: GridCounts.Runs) -> ExecutionSnapshot {
    let time = clock.now
    let news = self.news
    self.news = SessionNews()
    return ExecutionSnapshot(
      seconds: now / .seconds(1), jobs: scheduler.counts, runs: runs,
      stagesDone: stagesDone, stagesTotal: stagesTotal,
      activities: activities.sorted { $0.key < $1.key }.map { job, activity in
        ExecutionSnapshot.Activity(
          job: job, attempt: activity.attempt, label: labels[job] ?? "job \(job)",
          seconds: (time - activity.began) / .seconds(1), progress: activity.progress,
          stagesDone: activity.stagesDone, stagesTotal: activity.stagesTotal)
      }, news: news)
  }
}
