import Artifacts
import Foundation
import Glibc
import Grid
import JobTable

extension Session {
  /// Takes in what the programs of a dead owner had said and it had not recorded, so that a finished
  /// job is not done again. Doing so twice changes nothing: only the last attempt issued may speak,
  /// and what is recorded already is not among the results that are wanted.
  ///
  /// How long such results took is not known; they count as 0 seconds.
  func takeInJournals() throws {
    guard case .external(let external) = program.work else { return }
    for item in try table.reader.work(for: grid) where !item.hasFailed {
      guard let attempt = item.lastAttempt else { continue }
      let key = ProgramKey(job: item.job, attempt: attempt)
      guard let journal = try Journal(path: journal(of: key)) else { continue }
      let order = try table.order(for: key.job, attempt: attempt)
      var ledger = ReportLedger(stages: order.stages, prefix: external.prefix)
      let report =
        SystemCall.contents(of: report(of: key), atMost: ExternalProcess.longestReport) ?? []
      let results = ledger.completed(in: journal, report: report)
      let changes = results.map { result in
        Change.stageCompleted(
          key.job, attempt,
          StageResult(stage: result.stage, metrics: result.metrics, seconds: 0), at: wallClock,
          rule: .lastAttempt)
      }
      for case .refused(let refusal) in try table.apply(changes) {
        throw JobTableError.failed(
          path: folder.table, code: 0,
          detail: "a result of attempt \(attempt) at job \(key.job) is refused: \(refusal)")
      }
      try removeReports(of: key)
      if ledger.isComplete { removeFolder(of: key.job) }
    }
  }

  /// Removes what programs kept whose jobs are done: an owner may die between recording that and
  /// removing their folders.
  func removeFoldersOfFinished() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.work)) ?? []
    let jobs = names.compactMap { Int64($0).map(JobID.init(rawValue:)) }
    for job in try table.reader.finished(among: jobs) { removeFolder(of: job) }
  }

  /// What the guard of an attempt writes.
  func journal(of key: ProgramKey) -> String {
    workFolder(of: key.job) + "/journal-\(key.attempt)"
  }

  /// What the program of an attempt may write instead of its output.
  func report(of key: ProgramKey) -> String {
    workFolder(of: key.job) + "/report-\(key.attempt).jsonl"
  }

  /// What an attempt said is recorded: its files are of no more use.
  func removeReports(of key: ProgramKey) throws(FileError) {
    for path in [report(of: key), journal(of: key)] where unlink(path) != 0 && errno != ENOENT {
      throw FileError(.remove, path, code: errno)
    }
  }
}
