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
    let journal = try Journal(prefix: workFolder.journal)
    let known = Set(journal.records.keys).union(workFolder.reports)
    if !known.isEmpty {
      for item in try table.reader.work(for: grid) where !item.hasFailed {
        guard let attempt = item.lastAttempt else { continue }
        let key = ProgramKey(job: item.job, attempt: attempt)
        if known.contains(key) { try takeIn(journal[key] ?? .init(), of: key, external) }
      }
    }
    for path in known.map(workFolder.report) + journal.paths
    where unlink(path) != 0 && errno != ENOENT {
      throw FileError(.remove, path, code: errno)
    }
  }

  private func takeIn(
    _ record: Journal.Record, of key: ProgramKey, _ external: ExternalProgram
  ) throws {
    let order = try table.order(for: key.job, attempt: key.attempt)
    var ledger = ReportLedger(stages: order.stages, prefix: external.prefix)
    let report =
      SystemCall.contents(
        of: workFolder.report(of: key), atMost: ExternalProcess.longestReport) ?? []
    let changes = ledger.completed(in: record, report: report).map { result in
      Change.stageCompleted(
        key.job, key.attempt,
        StageResult(stage: result.stage, metrics: result.metrics, seconds: 0), at: wallClock,
        rule: .lastAttempt)
    }
    for case .refused(let refusal) in try table.apply(changes) {
      throw JobTableError.failed(
        path: folder.table, code: 0,
        detail: "a result of attempt \(key.attempt) at job \(key.job) is refused: \(refusal)")
    }
    if ledger.isComplete { try workFolder.remove(key.job) }
  }

  /// Removes what programs kept whose jobs are done: an owner may die between recording that and
  /// removing their folders.
  func removeFoldersOfFinished() throws {
    for job in try table.reader.finished(among: workFolder.jobs) { try workFolder.remove(job) }
  }

  /// A journal was begun. Those before it go when all is recorded that they may tell of: the attempts
  /// that run now, and those whose end is not recorded yet.
  func journalBegun(_ number: Int) {
    olderJournals.append(
      OlderJournal(path: workFolder.journal + String(lastJournal), tellsOf: unrecorded))
    lastJournal = number
    removeOlderJournals()
  }

  /// These attempts are recorded to their end.
  func recorded(_ attempts: [ProgramKey]) {
    for key in attempts where unrecorded.remove(key) != nil {
      for index in olderJournals.indices { olderJournals[index].tellsOf.remove(key) }
    }
    if !attempts.isEmpty { removeOlderJournals() }
  }

  private func removeOlderJournals() {
    for journal in olderJournals where journal.tellsOf.isEmpty {
      if unlink(journal.path) != 0, errno != ENOENT {
        return storeFailed("\(FileError(.remove, journal.path, code: errno))")
      }
    }
    olderJournals.removeAll { $0.tellsOf.isEmpty }
  }

  /// The guard is gone and everything is recorded: what it has written down is of no more use.
  func removeLeftovers() {
    do {
      try workFolder.removeSpares()
    } catch {
      storeFailed("\(error)")
    }
    for path in olderJournals.map(\.path) + [workFolder.journal + String(lastJournal)]
    where unlink(path) != 0 && errno != ENOENT {
      storeFailed("\(FileError(.remove, path, code: errno))")
    }
    olderJournals = []
  }
}
