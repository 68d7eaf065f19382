import GRDB
import Grid
import Keys

/// Looks at a job table and changes no byte of it; works while its owner is at work.
package final class JobTableReader: Sendable {
  /// Opens the table at `path`.
  ///
  /// - Throws: `JobTableError`; `.missing` when there is none.
  package init(path: String) throws {
    fatalError("in the making")
  }

  package func grids() throws -> [GridRecord] { fatalError("in the making") }

  package func grid(_ name: String) throws -> GridRecord? { fatalError("in the making") }

  /// Whether the grid is recorded with this very plan.
  package func isPlanned(_ grid: String, hash: Digest) throws -> Bool {
    fatalError("in the making")
  }

  /// The states of those of `stages` that the table knows.
  package func stageStates(among stages: [StageKey]) throws -> [StageKey: StageState] {
    fatalError("in the making")
  }

  /// The jobs that the grid's runs need and that are not done, ancestors included, in ascending
  /// order.
  package func work(for grid: String) throws -> [JobWork] { fatalError("in the making") }

  /// The same about these jobs, of any state.
  package func work(on jobs: [JobID]) throws -> [JobWork] { fatalError("in the making") }

  package func counts(for grid: String) throws -> GridCounts { fatalError("in the making") }

  /// Hands over the grid's runs in the order of expansion.
  package func forEachRun(in grid: String, _ body: (RunRecord) throws -> Void) throws {
    fatalError("in the making")
  }

  /// Every grid's runs of that id.
  package func details(of run: RunID) throws -> [RunDetail] { fatalError("in the making") }

  /// All attempts at the jobs that the run needs, by job and number.
  package func attempts(for run: RunID) throws -> [AttemptRecord] { fatalError("in the making") }

  /// The failed jobs that the grid needs, by what they failed of; the largest cluster first.
  package func failureClusters(in grid: String) throws -> [FailureCluster] {
    fatalError("in the making")
  }

  /// Hands over the accepted results that the grid needs, by job and stage.
  package func forEachTiming(in grid: String, _ body: (TimingRecord) throws -> Void) throws {
    fatalError("in the making")
  }

  package func durations() throws -> [KindDuration] { fatalError("in the making") }

  package func provenance(of grid: String) throws -> [ProvenanceRecord] {
    fatalError("in the making")
  }

  /// The results of all stages of a kind, of all grids.
  package func results(ofKind kind: String) throws -> [StageDetail] { fatalError("in the making") }

  /// The result of one stage, if it is done.
  package func result(of stage: StageKey) throws -> StageResult? { fatalError("in the making") }

  /// Every artifact the table knows of.
  package func forEachArtifact(_ body: (ArtifactReference) throws -> Void) throws {
    fatalError("in the making")
  }
}
