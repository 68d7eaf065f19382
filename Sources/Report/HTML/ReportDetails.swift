/// What a page says beside tables and figures, and a grid's results alone do not tell.
package struct ReportDetails: Sendable {
  /// Runs that failed of the same.
  package struct FailureGroup: Hashable, Sendable {
    /// What `retry` calls it.
    package let id: String
    package let message: String
    package let runs: Int
    package let jobs: Int
    /// Where the log of one of its attempts lies, if there is one.
    package let log: String?

    package init(id: String, message: String, runs: Int, jobs: Int, log: String?) {
      self.id = id
      self.message = message
      self.runs = runs
      self.jobs = jobs
      self.log = log
    }
  }

  /// What the stages of one kind took together.
  package struct StageCost: Hashable, Sendable {
    package let kind: String
    package var stages: Int
    package var seconds: Double

    package init(kind: String, stages: Int, seconds: Double) {
      self.kind = kind
      self.stages = stages
      self.seconds = seconds
    }
  }

  /// The grid file's text; `nil` where only the results are there.
  package let gridFile: String?
  package let failures: [FailureGroup]
  package let costs: [StageCost]

  package init(gridFile: String? = nil, failures: [FailureGroup] = [], costs: [StageCost] = []) {
    self.gridFile = gridFile
    self.failures = failures
    self.costs = costs
  }
}
