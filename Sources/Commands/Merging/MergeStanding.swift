import Grid
import JobTable

/// What this folder has of jobs of another one.
struct MergeStanding {
  /// Where it has their stages.
  let places: [StageKey: StagePlace]
  private let work: [JobID: JobWork]
  /// The attempts at those of its jobs that are not done.
  private let attempts: [JobID: [AttemptRecord]]

  /// - Complexity: O(stages and attempts of the histories), and the preparation of some statements.
  init(of histories: ArraySlice<JobHistory>, in reader: JobTableReader) throws {
    places = try reader.places(of: histories.lazy.flatMap(\.stages))
    let jobs = Set(places.values.map(\.job)).sorted()
    let work = try reader.work(on: jobs)
    self.work = Dictionary(uniqueKeysWithValues: work.map { ($0.job, $0) })
    attempts = Dictionary(
      grouping: try reader.attempts(at: work.filter { $0.missingStages > 0 }.map(\.job)),
      by: \.job)
  }

  /// The jobs that have the stages of a history here, in the order of the stages.
  func jobs(of history: JobHistory) -> [JobID] {
    var jobs: [JobID] = []
    for stage in history.stages {
      if let job = places[stage]?.job, !jobs.contains(job) { jobs.append(job) }
    }
    return jobs
  }

  /// - Throws: `JobTableError.unknownJob`.
  func work(on job: JobID) throws -> JobWork {
    guard let work = work[job] else { throw JobTableError.unknownJob(job.rawValue) }
    return work
  }

  /// The attempts at a job that is not done, by the instants at which they began.
  func attempts(at job: JobID) -> [Double: Attempt] {
    Dictionary(
      (attempts[job] ?? []).map { ($0.startedAt, $0.attempt) },
      uniquingKeysWith: { first, _ in first })
  }
}
