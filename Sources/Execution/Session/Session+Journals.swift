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
  /// Those of all grids are taken in, whichever is to be run: the journals go then. How long such
  /// results took is not known; they count as 0 seconds.
  func takeInJournals() throws {
    guard case .external = program.work else { return }
    let numbers = try Journal.numbers(prefix: workFolder.journal)
    guard !numbers.isEmpty || !workFolder.reports.isEmpty else { return }
    var programs: [ProgramKey: ExternalProgram] = [:]
    for record in try table.reader.grids() {
      let work = record.name == grid ? program.work : record.specification.program.work
      guard case .external(let external) = work else { continue }
      for item in try table.reader.work(for: record.name) where !item.hasFailed {
        guard let attempt = item.lastAttempt else { continue }
        programs[ProgramKey(job: item.job, attempt: attempt)] = external
      }
    }
    let journal = try Journal(prefix: workFolder.journal, wanted: Set(programs.keys))
    let known = Set(journal.records.keys).union(workFolder.reports)
    for (key, external) in programs.sorted(by: { $0.key.job < $1.key.job })
    where known.contains(key) {
      try takeIn(journal[key] ?? .init(), of: key, external)
    }
    for path in workFolder.reports.map(workFolder.report) + numbers.map(pathOfJournal) {
      try remove(path)
    }
  }

  private func pathOfJournal(_ number: Int) -> String { workFolder.journal + String(number) }

  private func remove(_ path: String) throws(FileError) {
    if unlink(path) != 0, errno != ENOENT { throw FileError(.remove, path, code: errno) }
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

  /// A journal was begun. Those before it go when all is recorded that they tell of.
  func journalBegun(_ turn: ProgramGuard.Turn) {
    olderJournals.append(
      OlderJournal(
        path: pathOfJournal(turn.full), tellsOf: turn.tellsOf.intersection(unrecorded)))
    lastJournal = max(lastJournal, turn.next)
    removeOlderJournals()
  }

  /// A guard is gone. Its last journals stay until what they tell of is recorded; the next guard begins
  /// another.
  func guardDied(_ death: ProgramGuard.Death) {
    if programGuard?.firstJournal == death.firstJournal { programGuard = nil }
    if let failure = death.failure { return storeFailed("\(failure)") }
    for number in death.journals {
      let path = pathOfJournal(number)
      if number > lastJournal { lastJournal = number }
      if olderJournals.contains(where: { $0.path == path }) { continue }
      // Of one that was begun and not made known nobody can say of whom it tells.
      let tellsOf =
        number == death.lastJournal ? death.tellsOf.intersection(unrecorded) : unrecorded
      olderJournals.append(OlderJournal(path: path, tellsOf: tellsOf))
    }
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
      for number in try Journal.numbers(prefix: workFolder.journal) {
        try remove(pathOfJournal(number))
      }
    } catch {
      storeFailed("\(error)")
    }
    olderJournals = []
  }
}
