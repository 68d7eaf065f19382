import Foundation
import Grid
import JobTable

/// A run that the job table has, by its id: one entry for each grid that it belongs to.
struct KnownRun {
  let id: RunID
  let reader: JobTableReader
  let details: [RunDetail]
  let attempts: [AttemptRecord]
  let results: ResultsOption

  /// - Parameter text: an id, or a beginning of one that no other run's has.
  /// - Throws: `CommandFailure` for what is no id, or of no run.
  init(_ text: String, results: ResultsOption) throws {
    let text = text.lowercased()
    guard Self.isBeginning(text) else {
      throw CommandFailure(
        "“\(text)” is not a run's id: that is 12 hex digits, as in the first column of runs.csv, or "
          + "the first four or more of them. List runs with: \(CommandLineText.program) runs GRID")
    }
    let reader = try KnownGrid.reader(results)
    let id = try Self.id(beginning: text, in: reader, results)
    let details = try reader.details(of: id)
    guard !details.isEmpty else {
      throw CommandFailure(
        "there is no run \(id) in “\(results.results)”. "
          + "List runs with: \(CommandLineText.program) runs GRID")
    }
    self.id = id
    self.reader = reader
    self.details = details
    attempts = try reader.attempts(for: id)
    self.results = results
  }

  /// Whether it can be an id, or the first digits of one: four at least.
  static func isBeginning(_ text: String) -> Bool {
    let missing = 12 - text.utf8.count
    return (0...8).contains(missing)
      && RunID(text.lowercased() + String(repeating: "0", count: missing)) != nil
  }

  private static func id(
    beginning text: String, in reader: JobTableReader, _ results: ResultsOption
  ) throws -> RunID {
    if let id = RunID(text) { return id }
    let limit = 5
    let found = try reader.runIDs(beginning: text, limit: limit)
    if found.count > 1 {
      let names = found.map(\.text).joined(separator: ", ") + (found.count == limit ? " …" : "")
      throw CommandFailure("“\(text)” begins the ids of several runs: \(names). Write more of it")
    }
    guard let id = found.first else {
      throw CommandFailure(
        "there is no run whose id begins with \(text) in “\(results.results)”. "
          + "List runs with: \(CommandLineText.program) runs GRID")
    }
    return id
  }
}

extension AttemptOutcome {
  /// `failed: exit status 3: no such file`.
  var sentence: String {
    switch self {
    case .completed: "completed"
    case .failed(let failure): "failed: \(failure.message)"
    case .lost(let signal): "lost: its process died by signal \(signal)"
    case .again: "asked for another try (exit status 75)"
    case .stopped: "stopped by the user, or its owner died"
    case .artifactLost: "found an artifact gone"
    }
  }

  /// Why it did not complete; `nil` where it did.
  var message: String? {
    switch self {
    case .completed: nil
    case .failed(let failure): failure.message
    case .lost(let signal): "its process died by signal \(signal)"
    case .again, .stopped, .artifactLost: sentence
    }
  }

  /// The word for it in JSON.
  var word: String {
    switch self {
    case .completed: "completed"
    case .failed: "failed"
    case .lost: "lost"
    case .again: "again"
    case .stopped: "stopped"
    case .artifactLost: "artifact_lost"
    }
  }
}

extension AttemptRecord {
  /// How people get at its log; `nil` where there is none.
  ///
  /// - Parameter isLast: whether it is the last attempt at its job that left one: then that is all that the
  ///   command shows.
  func logPlace(_ results: ResultsOption, isLast: Bool) -> String? {
    log.map {
      AttemptLogs.place(of: $0, job: job, results: results.results)
        + (isLast || $0.hasSuffix(".log") ? "" : " --all")
    }
  }

  /// `running`, or how it ended.
  var standing: String {
    switch outcome {
    case let outcome? where hasBegun: outcome.sentence
    case .some: "recorded beforehand, never began"
    case nil: hasBegun ? "running" : "about to begin"
    }
  }

  /// The word for that in JSON.
  var word: String {
    switch outcome {
    case let outcome? where hasBegun: outcome.word
    case .some: "never_began"
    case nil: hasBegun ? "running" : "foreseen"
    }
  }

  /// How long it took; `nil` while it runs, and if it never began.
  var seconds: Double? { hasBegun ? endedAt.map { $0 - startedAt } : nil }
}

extension StageState {
  var word: String {
    switch self {
    case .open: "open"
    case .done: "done"
    case .failed: "failed"
    }
  }
}

/// Instants as people and other programs read them.
enum InstantText {
  /// ISO 8601, in UTC.
  static func text(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601)
  }

  static var now: Double { Date().timeIntervalSince1970 }
}
