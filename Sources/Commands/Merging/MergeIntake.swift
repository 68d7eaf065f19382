import Artifacts
import CShims
import Execution
import Grid
import JobTable

/// Takes over one job after the other.
struct MergeIntake {
  private let table: JobTable
  private let artifacts: ArtifactCopy
  private var logs: LogCopy
  private(set) var report: MergeReport
  /// Not recorded yet; their artifacts are in place.
  private var pending: [JobIntake] = []
  private var pendingJobs: Set<JobID> = []
  private var pendingResults = 0

  /// A transaction costs a sync of the disk, and one that is killed is done again.
  private static let batch = 500
  /// Bytes of logs that are held in memory at most, but for a single one.
  private static let logBytes = 32 << 20

  init(
    source: ResultsFolder, target: ResultsFolder, table: JobTable, report: MergeReport
  ) throws {
    self.table = table
    self.report = report
    artifacts = ArtifactCopy(
      source: ArtifactStore(folder: source.artifacts),
      target: ArtifactStore(folder: target.artifacts))
    logs = try LogCopy(source: source, target: target)
  }

  /// Takes what this folder misses of a job of the other folder. Where jobs are cut in another way here,
  /// its stages belong to several.
  mutating func take(_ history: JobHistory) throws {
    let (places, jobs) = try settledPlaces(of: history)
    var wanted: [JobID: [RecordedResult]] = [:]
    for recorded in history.results {
      guard let place = places[recorded.result.stage] else {
        report.unneeded += 1
        continue
      }
      if place.state == .done {
        report.known += 1
        report.artifacts += try artifacts.restore(recorded.result.artifacts)
      } else if let copied = try artifacts.copy(recorded.result.artifacts) {
        report.artifacts += copied
        wanted[place.job, default: []].append(recorded)
      } else {
        report.withoutArtifacts += 1
      }
    }
    for job in jobs {
      let intake = try intake(
        of: history, by: job, wanted: wanted[job] ?? [], isFirst: job == jobs[0])
      if intake.isEmpty { continue }
      let results = intake.laterResults.count + intake.attempts.reduce(0) { $0 + $1.results.count }
      report.results += results
      report.attempts += intake.attempts.count
      report.failures += intake.failure == nil ? 0 : 1
      pendingResults += results
      pending.append(intake)
      pendingJobs.insert(job)
    }
    espalier_fault_pass(ESPALIER_FAULT_MERGE)
    if pendingResults >= Self.batch || pending.count >= Self.batch
      || logs.pendingBytes >= Self.logBytes
    {
      try flush()
    }
  }

  /// Where this folder has the stages of a job, and the jobs that have them here, in the order of the
  /// stages. What is pending is recorded before, where it decides what is to be taken.
  private mutating func settledPlaces(
    of history: JobHistory
  ) throws -> (places: [StageKey: StagePlace], jobs: [JobID]) {
    let places = try table.reader.places(of: history.stages)
    var jobs: [JobID] = []
    for stage in history.stages {
      guard let job = places[stage]?.job, !jobs.contains(job) else { continue }
      jobs.append(job)
    }
    let isUnsettled =
      // Two jobs there may be one here: the numbers of its attempts go on where those of the first end.
      jobs.contains(where: pendingJobs.contains)
      // Whether a job fails with its parent, or has failed here because of it, depends on what became of
      // the parent.
      || history.failure?.failure.reason == .parentFailed
      || places.values.contains { $0.state == .failed }
    if pending.isEmpty || !isUnsettled { return (places, jobs) }
    try flush()
    return (try table.reader.places(of: history.stages), jobs)
  }

  /// Records what was taken.
  mutating func flush() throws {
    try logs.flush()
    try table.takeIn(pending)
    pending = []
    pendingJobs = []
    pendingResults = 0
  }

  /// What a job of this folder takes from a job of the other one.
  ///
  /// - Parameter isFirst: whether it has the first of the other's stages: then it takes the attempts that
  ///   completed nothing as well.
  private mutating func intake(
    of history: JobHistory, by job: JobID, wanted: [RecordedResult], isFirst: Bool
  ) throws -> JobIntake {
    let work = try table.reader.work(on: [job])[0]
    if work.missingStages == 0 {
      return JobIntake(job: job, attempts: [], laterResults: [], failure: nil)
    }
    // An attempt that was taken before is known by the instant at which it began.
    let known = Dictionary(
      try table.reader.attempts(at: [job]).map { ($0.startedAt, $0.attempt) },
      uniquingKeysWith: { first, _ in first })
    var attempts: [JobIntake.AttemptIntake] = []
    var later: [JobIntake.LaterResult] = []
    var next = work.lastAttempt?.next ?? .first
    for attempt in history.attempts where attempt.hasBegun {
      let results = wanted.filter { $0.job == attempt.job && $0.attempt == attempt.attempt }
      if let number = known[attempt.startedAt] {
        later += results.map { .init(attempt: number, result: $0) }
      } else if !results.isEmpty || isFirst && attempt.job == history.job {
        let hasLog = try logs.take(attempt, as: job, next)
        if hasLog { report.logs += 1 }
        attempts.append(
          .init(record: attempt, log: hasLog ? ResultsFolder.logMark : nil, results: results))
        next = next.next
      }
    }
    return JobIntake(
      job: job, attempts: attempts, laterResults: later,
      failure: isFirst ? try failure(of: history, work, hasNewAttempts: !attempts.isEmpty) : nil)
  }

  /// A failure comes along with the attempts that it is made of, so that one which was forgiven here by a
  /// `retry` does not come back with the next merge; one that a parent brought about, where a parent has
  /// failed here as well.
  private func failure(
    of history: JobHistory, _ work: JobWork, hasNewAttempts: Bool
  ) throws -> JobFailure? {
    guard let failure = history.failure, !work.hasFailed else { return nil }
    if failure.failure.reason == .parentFailed {
      return try table.reader.work(on: work.requires).contains(where: \.hasFailed) ? failure : nil
    }
    return hasNewAttempts ? failure : nil
  }
}
