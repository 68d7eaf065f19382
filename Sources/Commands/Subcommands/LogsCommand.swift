import ArgumentParser
import Grid
import JobTable
import Report

struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what a run's jobs said, or search all logs.",
    discussion: """
      With a run's id: the log of the last attempt at each job that it needs, or of all attempts. \
      With --job: the same of one job, which `status` and `explain` name. \
      With --grep: every line of every log that the pattern fits, each with a run that the job \
      belongs to. Exit status 1 when no line fits. Works during a run and changes nothing.

      JSON with a run, for each attempt: job, label, attempt, started, seconds, outcome, message, log, \
      text. With --grep, for each line: run, runs (how many share the job), job, attempt, log, line, text.

      Examples:
        espalier logs f11c5e914ac9
        espalier logs f11c5e914ac9 --all
        espalier logs --job 17
        espalier logs --grep "out of memory|Killed" --grid grids/sweep.yaml
        espalier logs -i --grep warning --output json
      """)

  @Argument(
    help: ArgumentHelp("A run's id, or the first four or more digits of it.", valueName: "run"))
  var id: String?

  @Option(help: ArgumentHelp("A job's number, in place of a run.", valueName: "job"))
  var job: Int64?

  @Option(
    help: ArgumentHelp(
      "Search all logs for an extended regular expression, as grep -E does.", valueName: "pattern"))
  var grep: String?

  @Flag(name: [.customShort("i"), .long], help: "With --grep: capital letters make no difference.")
  var ignoreCase = false

  @Option(
    help: ArgumentHelp("With --grep: only logs of this grid's jobs.", valueName: "grid"),
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @Flag(help: "With a run or a job: all attempts, not only the last at each job.")
  var all = false

  @OptionGroup var results: ResultsOption

  @Option(help: "table, json or quiet (only the exit status).")
  var output = OutputMode.table

  func validate() throws {
    if id == nil, grep == nil, job == nil {
      throw ValidationError("Name a run or a job, or search with --grep.")
    }
    if id == nil, job == nil, all { throw ValidationError("--all goes with a run or a job.") }
    if job != nil, id != nil || grep != nil { throw ValidationError("--job stands alone.") }
    if grep == nil, grid != nil || ignoreCase {
      throw ValidationError("--grid and --ignore-case go with --grep.")
    }
    if let id, grep != nil, grid == nil, !KnownRun.isBeginning(id) {
      throw ValidationError(
        "“\(id)” is not a run's id: that is 12 hex digits, or the first of them. To search the logs of one grid, name it with "
          + "--grid \(id)")
    }
    if id != nil, grid != nil { throw ValidationError("Name a run or a grid, not both.") }
  }

  func run() throws {
    let logs = try AttemptLogs(results: results)
    // Whatever is found, or not, comes with it.
    defer { if let caution = logs.caution { Terminal.note(caution) } }
    if let grep {
      try search(LinePattern(grep, ignoresCase: ignoreCase), logs)
    } else if let id {
      try show(KnownRun(id, results: results).attempts, of: "run \(id)", logs)
    } else if let job {
      let reader = try KnownGrid.reader(results)
      let id = JobID(rawValue: job)
      do {
        _ = try reader.work(on: [id])
      } catch JobTableError.unknownJob {
        throw CommandFailure("there is no job \(job) in “\(results.results)”")
      }
      let attempts = try reader.attempts(at: [id])
      try show(attempts, of: "job \(job)", logs)
    }
  }

  private func show(_ attempts: [AttemptRecord], of what: String, _ logs: AttemptLogs) throws {
    var shown: [(attempt: AttemptRecord, text: String)] = []
    for attempt in all ? attempts : AttemptLogs.last(of: attempts) {
      if let text = try logs.text(of: attempt) { shown.append((attempt, text)) }
    }
    switch output {
    case .table:
      if shown.isEmpty {
        Terminal.note(
          attempts.isEmpty ? "nothing of \(what) has been started yet" : "\(what) said nothing")
      }
      for (index, entry) in shown.enumerated() {
        if shown.count > 1 {
          Terminal.print("\(index > 0 ? "\n" : "")==> \(AttemptLogs.title(entry.attempt)) <==")
        }
        let end = entry.text.hasSuffix("\n") ? "" : "\n"
        Terminal.write(entry.text + end, to: 1)
      }
    case .json:
      let entries = shown.map { entry in
        adding([.init("text", .string(entry.text))], to: entry.attempt, among: attempts)
      }
      Terminal.write(OrderedJSON.array(entries).text, to: 1)
    case .quiet: break
    }
  }

  private func adding(
    _ members: [OrderedJSON.Member], to attempt: AttemptRecord, among attempts: [AttemptRecord]
  ) -> OrderedJSON {
    let json = attempt.json(results: results, among: attempts)
    guard case .object(let own) = json else { return json }
    return .object(own + members)
  }

  private func search(_ pattern: LinePattern, _ logs: AttemptLogs) throws {
    let reader: JobTableReader
    var attempts: [AttemptRecord]
    if let id {
      let run = try KnownRun(id, results: results)
      reader = run.reader
      attempts = run.attempts
    } else if let grid {
      let known = try KnownGrid(grid, results: results)
      reader = known.reader
      attempts = try reader.attemptsWithLogs(in: known.record.name)
    } else {
      reader = try KnownGrid.reader(results)
      attempts = try reader.attemptsWithLogs()
    }
    // What never began said nothing.
    attempts.removeAll { !$0.hasBegun }
    let last = Dictionary(
      AttemptLogs.last(of: attempts).map { ($0.job, $0.attempt) }, uniquingKeysWith: { $1 })
    var matches: [LogMatch] = []
    for attempt in attempts {
      guard let text = try logs.text(of: attempt) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() where pattern.matches(String(line)) {
        matches.append(LogMatch(attempt: attempt, line: index + 1, text: String(line)))
      }
    }
    let runs = matches.isEmpty ? [:] : try reader.runs(of: Set(matches.map(\.attempt.job)))
    switch output {
    case .table:
      for match in matches {
        let run = runs[match.attempt.job]
        let more = run.map { $0.count > 1 ? " (+\($0.count - 1))" : "" } ?? ""
        Terminal.print(
          "\(run?.first.text ?? "job \(match.attempt.job)")\(more), attempt "
            + "\(match.attempt.attempt), line \(match.line): \(match.text)")
      }
      let jobs = Set(matches.map(\.attempt.job)).count
      Terminal.note(
        matches.isEmpty
          ? "no line of \(CountText.of(attempts.count, "log")) fits"
          : "\(CountText.of(matches.count, "line")) of \(CountText.of(jobs, "job")) fit")
    case .json:
      let entries = matches.map { match in
        let run = runs[match.attempt.job]
        return OrderedJSON.object([
          .init("run", run.map { .string($0.first.text) } ?? .null),
          .init("runs", .integer(run?.count ?? 0)),
          .init("job", .integer(Int(match.attempt.job.rawValue))),
          .init("attempt", .integer(match.attempt.attempt.rawValue)),
          .init(
            "log",
            match.attempt.logPlace(
              results, isLast: last[match.attempt.job] == match.attempt.attempt
            ).map { .string($0) } ?? .null),
          .init("line", .integer(match.line)),
          .init("text", .string(match.text)),
        ])
      }
      Terminal.write(OrderedJSON.array(entries).text, to: 1)
    case .quiet: break
    }
    if matches.isEmpty { throw ExitStatus.someRunsFailed.code }
  }
}
