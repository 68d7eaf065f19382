import Artifacts
import CShims
import Execution
import Grid
import JobTable

/// Takes over jobs, many at a time.
struct MergeIntake {
  private let table: JobTable
  private let artifacts: ArtifactCopy
  private var logs: LogCopy
  private(set) var report: MergeReport
  /// Not recorded yet; their artifacts are in place.
  private var pending: [JobIntake] = []
  private var pendingJobs: Set<JobID> = []

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

  /// Takes what this folder misses of jobs of the other folder, and records it.
  ///
  /// - Parameter progress: called for each job that was taken.
  mutating func take(_ histories: [JobHistory], progress: () -> Void) throws {
    var rest = histories[...]
    // What is looked up is good until something is recorded. Jobs that depend on each other stand
    // together, so that few are looked up after the first of them.
    var count = rest.count
    while !rest.isEmpty {
      let part = rest.prefix(count)
      let taken = try takeBeginning(of: part, progress)
      try flush()
      rest = rest.dropFirst(taken)
      count = taken < part.count ? 1 : 2 * count
    }
  }

  /// Takes these jobs up to one that depends on what is pending by then, or until enough is pending.
  ///
  /// - Returns: how many it took, at least one.
  private mutating func takeBeginning(
    of histories: ArraySlice<JobHistory>, _ progress: () -> Void
  ) throws -> Int {
    let standing = try MergeStanding(of: histories, in: table.reader)
    var taken = 0
    for history in histories {
      if !pending.isEmpty, dependsOnPending(history, standing) { break }
      try take(history, standing)
      espalier_fault_pass(ESPALIER_FAULT_MERGE)
      taken += 1
      progress()
      if logs.pendingBytes >= Self.logBytes { break }
    }
    return taken
  }

  /// Takes what this folder misses of a job of the other folder. Where jobs are cut in another way here,
  /// its stages belong to several.
  private mutating func take(_ history: JobHistory, _ standing: MergeStanding) throws {
    var wanted: [JobID: [RecordedResult]] = [:]
    for recorded in history.results {
      guard let place = standing.places[recorded.result.stage] else {
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
    let jobs = standing.jobs(of: history)
    for job in jobs {
      let intake = try intake(
        of: history, by: job, standing, wanted: wanted[job] ?? [], isFirst: job == jobs[0])
      if intake.isEmpty { continue }
      report.results +=
        intake.laterResults.count + intake.attempts.reduce(0) { $0 + $1.results.count }
      report.attempts += intake.attempts.count
      report.failures += intake.failure == nil ? 0 : 1
      pending.append(intake)
      pendingJobs.insert(job)
    }
  }

  /// Whether what is pending decides what is to be taken of a job of the other folder.
  private func dependsOnPending(_ history: JobHistory, _ standing: MergeStanding) -> Bool {
    // Two jobs there may be one here: the numbers of its attempts go on where those of the first end.
    standing.jobs(of: history).contains(where: pendingJobs.contains)
      // Whether a job fails with its parent, or has failed here because of it, depends on what became of
      // the parent.
      || history.failure?.failure.reason == .parentFailed
      || history.stages.contains { standing.places[$0]?.state == .failed }
  }

  /// Records what was taken.
  private mutating func flush() throws {
    try logs.flush()
    report.logsAreDamaged = logs.isIncomplete
    try table.takeIn(pending)
    pending = []
    pendingJobs = []
  }

  /// What a job of this folder takes from a job of the other one.
  ///
  /// - Parameter isFirst: whether it has the first of the other's stages: then it takes the attempts that
  ///   completed nothing as well.
  private mutating func intake(
    of history: JobHistory, by job: JobID, _ standing: MergeStanding, wanted: [RecordedResult],
    isFirst: Bool
  ) throws -> JobIntake {
    let work = try standing.work(on: job)
    if work.missingStages == 0 {
      return JobIntake(job: job, attempts: [], laterResults: [], failure: nil)
    }
    // An attempt that was taken before is known by the instant at which it began.
    let known = standing.attempts(at: job)
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
