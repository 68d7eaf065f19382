import Artifacts
import CShims
import Dispatch
import Foundation
import Glibc
import Grid
import JobTable

/// Brings what a session has noted to the disk, on a queue of its own: the owner listens and decides
/// while the disk works, and what it notes meanwhile is the next batch. So a commit serves as many
/// messages as arrived during the one before, and an idle owner records at once.
final class Committer: Sendable {
  struct Batch: Sendable {
    var changes: [Change] = []
    /// Attempts whose orders are wanted once the changes are recorded.
    var requests: [OrderRequest] = []
    /// Files that are of no more use once the changes are recorded.
    var files: [String] = []
    /// External jobs that the changes complete: what their programs kept goes.
    var finished: [JobID] = []
    /// Attempts whose end is among the changes.
    var ended: [Session.ProgramKey] = []
    /// Whether the grid's runs are to be counted after the changes, for the eye.
    var countsRuns = false

    var isEmpty: Bool {
      changes.isEmpty && requests.isEmpty && files.isEmpty && finished.isEmpty && ended.isEmpty
    }
  }

  struct Outcome: Sendable {
    let batch: Batch
    /// What became of each change.
    var outcomes: [ChangeOutcome] = []
    var orders: [JobOrder] = []
    /// The runs, where they were to be counted.
    var runs: GridCounts.Runs?
    /// How long counting them took.
    var counting = Duration.zero
    /// Why the session cannot go on.
    var failure: String?
  }

  private let grid: String
  private let table: JobTable
  private let logs: LogStore
  private let work: WorkFolder
  private let queue = DispatchQueue(label: "espalier.commit")

  init(grid: String, table: JobTable, logs: LogStore, work: WorkFolder) {
    self.grid = grid
    self.table = table
    self.logs = logs
    self.work = work
  }

  /// Records the batch and tells what became of it, on the committer's queue.
  func submit(_ batch: Batch, completion: @escaping @Sendable (Outcome) -> Void) {
    queue.async { [self] in completion(record(batch)) }
  }

  /// Records the batch, after those submitted before, and returns when that is done.
  func recordNow(_ batch: Batch) -> Outcome {
    queue.sync { record(batch) }
  }

  private func record(_ batch: Batch) -> Outcome {
    var outcome = Outcome(batch: batch)
    do {
      // What is recorded as failed has its log.
      let logged = Result { try logs.flush() }
      (outcome.outcomes, outcome.orders) = try table.apply(batch.changes, orders: batch.requests)
      if !batch.changes.isEmpty { espalier_fault_pass(ESPALIER_FAULT_COMMITTED) }
      try logged.get()
      for path in batch.files where unlink(path) != 0 && errno != ENOENT {
        throw FileError(.remove, path, code: errno)
      }
      for job in batch.finished { try work.remove(job) }
      if batch.countsRuns {
        outcome.counting = try SuspendingClock().measure {
          outcome.runs = try table.reader.counts(for: grid).runs
        }
      }
    } catch {
      outcome.failure = "\(error)"
    }
    return outcome
  }
}
