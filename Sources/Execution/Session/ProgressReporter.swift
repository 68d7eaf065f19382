import Dispatch
import Grid
import JobTable
import Synchronization

/// Hands snapshots to the observer, about four times a second and never while it is still at the
/// one before: a terminal that stands still must not hold the owner up. Runs are counted by the
/// committer, on the connection that it has.
///
/// `@unchecked Sendable`: what is mutable is touched on the owner's queue only, but for `isBusy`.
final class ProgressReporter: @unchecked Sendable {
  /// Between two snapshots; somewhat less where the owner is awake anyway.
  private static let interval = Duration.milliseconds(260)
  private static let shortInterval = Duration.milliseconds(200)
  /// Between two counts.
  private static let pause = Duration.milliseconds(400)

  private let observer: @Sendable (ExecutionSnapshot) -> Void
  private let queue = DispatchQueue(label: "espalier.progress", qos: .utility)
  private let isBusy = Mutex(false)
  private var nextCount = Duration.zero
  /// Whether something was recorded since the runs were counted.
  private var isStale = false
  private(set) var runs: GridCounts.Runs
  private var earliestUpdate = Duration.zero
  /// When the owner is to be awake for the next one.
  private(set) var nextUpdate = Duration.zero

  init(runs: GridCounts.Runs, observer: @escaping @Sendable (ExecutionSnapshot) -> Void) {
    self.runs = runs
    self.observer = observer
  }

  func update(now: Duration, _ snapshot: (GridCounts.Runs) -> ExecutionSnapshot) {
    guard now >= earliestUpdate else { return }
    earliestUpdate = now + Self.shortInterval
    nextUpdate = now + Self.interval
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

  /// Whether the runs are to be counted now: not much more often than twice a second, and when
  /// there is anything new.
  ///
  /// - Parameter isRecording: whether something is about to be recorded.
  func takeCount(now: Duration, isRecording: Bool) -> Bool {
    guard now >= nextCount, isRecording || isStale else { return false }
    nextCount = now + Self.pause
    return true
  }

  /// Something was recorded.
  ///
  /// - Parameters:
  ///   - runs: as they were counted after it; `nil` where they were not.
  ///   - time: how long that took. It may take a twentieth of the committer's time.
  func recorded(_ runs: GridCounts.Runs?, counting time: Duration, now: Duration) {
    isStale = runs == nil
    guard let runs else { return }
    self.runs = runs
    nextCount = now + max(Self.pause, time * 20)
  }
}

extension Session {
  func snapshot(_ runs: GridCounts.Runs) -> ExecutionSnapshot {
    let time = clock.now
    let news = self.news
    self.news = SessionNews()
    return ExecutionSnapshot(
      seconds: now / .seconds(1), jobs: scheduler.counts, runs: runs,
      stagesDone: stagesDone, stagesFailed: stagesFailed, stagesTotal: stagesTotal,
      activities: activities.sorted { $0.key < $1.key }.map { job, activity in
        ExecutionSnapshot.Activity(
          job: job, attempt: activity.attempt, label: labels[job] ?? "job \(job)",
          seconds: (time - activity.began) / .seconds(1), progress: activity.progress,
          stagesDone: activity.stagesDone, stagesTotal: activity.stagesTotal)
      }, ending: ending, news: news)
  }
}
