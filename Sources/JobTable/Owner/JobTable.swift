import GRDB
import Grid

/// The job table, opened for writing by the one process that owns it. Who owns it is settled before,
/// by the lock file of `Execution`; here it is taken as given.
///
/// Every method runs in one transaction on one connection, so calls from several threads line up.
package final class JobTable: Sendable {
  /// Reads through the writing connection: sees everything that was applied.
  package let reader: JobTableReader

  /// Opens the table at `path`, makes it if there is none, and brings an older one up to date.
  ///
  /// - Throws: `JobTableError`.
  package init(path: String) throws {
    fatalError("in the making")
  }

  /// Makes the grid what `plan` says: its runs in their order, their stages, and jobs for every stage
  /// that has none. A run that the grid had and has no more is kept as an orphan. One transaction: a
  /// crash leaves the grid as it was.
  ///
  /// - Parameters:
  ///   - plan: the expanded grid.
  ///   - grid: its results folder below `results/`, which is its identity.
  ///   - time: now, in seconds since 1970.
  ///   - jobs: called once with the stages of the plan that have a job already, of whichever grid and
  ///     whatever state; returns jobs for the others. A stage in a returned job that has a job already
  ///     stays where it is.
  /// - Throws: `JobTableError`, and what `jobs` throws.
  /// - Complexity: O(runs + stages).
  @discardableResult
  package func record(
    _ plan: Plan, as grid: String, at time: Double,
    jobs: (_ assigned: Set<StageKey>) throws -> [PlannedJob]
  ) throws -> PlanRecord {
    fatalError("in the making")
  }

  /// Applies the changes in their order in one transaction and returns, once they are on the disk,
  /// what became of each. Batching them is what makes this fast: one commit costs one sync.
  ///
  /// - Throws: `JobTableError`; then none of them is applied.
  package func apply(_ changes: [Change]) throws -> [ChangeOutcome] {
    fatalError("in the making")
  }

  /// What a worker is to be told about an attempt at a job: the stages still missing, everything they
  /// stand on, and the states that have to be kept: those that a stage of another job or a trajectory
  /// of its own starts from, and the last of a trajectory.
  package func order(for job: JobID, attempt: Attempt) throws -> JobOrder {
    fatalError("in the making")
  }

  /// Ends as stopped every attempt that a dead owner left running, and says which they were. To be
  /// called by a new owner before anything else.
  @discardableResult
  package func endAbandonedAttempts(at time: Double) throws -> [AttemptRecord] {
    fatalError("in the making")
  }

  /// Opens the failed jobs that the grid needs, or those of one failure cluster, and what failed only
  /// because of them; returns them in ascending order. Their earlier failures count no more.
  package func reopenFailed(in grid: String, cluster: String? = nil) throws -> [JobID] {
    fatalError("in the making")
  }

  /// Moves everything from the write-ahead log into the file and closes it; nothing may follow.
  package func close() throws {
    fatalError("in the making")
  }
}
