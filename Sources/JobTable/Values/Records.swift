import Grid
import Keys

/// A grid as the table knows it.
package struct GridRecord: Hashable, Sendable {
  /// Its results folder below `results/`.
  package let name: String
  package let specification: GridSpecification
  /// The hash of the plan that was recorded last.
  package let hash: Digest
  /// When that was, in seconds since 1970.
  package let plannedAt: Double
}

/// A run with what is known about it.
package struct RunRecord: Hashable, Sendable {
  package let id: RunID
  /// Its place in the order of expansion.
  package let index: Int
  /// The values of the axes in the grid's order. A number that is integral comes back as an integer.
  package let axisValues: [ParameterValue]
  package let state: RunState
  /// The metrics of those of its stages that are done; where two have one name, the later one's.
  package let metrics: [String: Double]
}

/// A run's parameters and the stages it is made of.
package struct RunDetail: Hashable, Sendable {
  package let grid: String
  package let id: RunID
  /// `nil` when the grid has the run no more.
  package let index: Int?
  /// All its parameters as the text of one canonical JSON object.
  package let parameters: String
  package let state: RunState
  /// Every stage on the way from the roots to its measurements, parents before children.
  package let stages: [StageDetail]
}

package struct StageDetail: Hashable, Sendable {
  package let stage: Stage
  package let state: StageState
  package let job: JobID
  package let result: StageResult?
}

/// An attempt with what became of it.
package struct AttemptRecord: Hashable, Sendable {
  package let job: JobID
  package let label: String
  package let attempt: Attempt
  /// Seconds since 1970.
  package let startedAt: Double
  package let endedAt: Double?
  /// `nil` while it runs.
  package let outcome: AttemptOutcome?
  package let worker: WorkerEnvironment?
  /// The path of its log, as the owner gave it.
  package let log: String?
  /// `false` for one that was recorded beforehand and has not begun, or never did.
  package var hasBegun = true

  /// Whether it is being worked on, if anybody is at work.
  package var isRunning: Bool { outcome == nil && hasBegun }
}

/// Failed jobs with the same reason and, but for numbers and the like, the same message.
package struct FailureCluster: Hashable, Sendable {
  /// Eight hex digits made of reason and message, the same in every table.
  package let id: String
  /// The failure of the first of its jobs.
  package let example: Failure
  package let exampleJob: JobID
  /// The log of that job's last attempt.
  package let exampleLog: String?
  /// The jobs of the cluster in ascending order.
  package let jobs: [JobID]
  /// How many of the grid's runs they keep from being done.
  package let runs: Int
}

/// How long a stage took and who did it.
package struct TimingRecord: Hashable, Sendable {
  package let stage: StageKey
  package let kind: String
  package let step: Int?
  package let job: JobID
  package let attempt: Attempt
  package let seconds: Double
  /// Seconds since 1970.
  package let completedAt: Double
  /// The number of the place that it comes from; `nil` where that is unknown.
  package let environment: Int?
}

/// Where results of a grid come from: one combination of version, CPU and matrix products.
package struct ProvenanceRecord: Hashable, Sendable {
  package let version: String
  package let cpu: String
  package let blas: String
  /// Accepted results that came from there.
  package let results: Int
}
