import Grid
import Keys

/// Follows what an external program reports and tells which of the wanted results are complete.
///
/// A report is a line with a JSON object that has `metrics`, an object of numbers; several lines
/// about the same result merge, and of one metric the last value counts. With a prefix axis each
/// report names the axis's value, and a result is complete when the program goes on to another value
/// or ends well; so what a program has reported when it dies is kept, except the value it was at.
/// Without one the results are complete when the program ends well.
struct ReportLedger {
  /// What one line is.
  enum Line: Hashable {
    /// Not a report: it belongs into the log.
    case text
    /// A report, and the results that it completes.
    case report([Completed])
    /// Nonsense: the attempt has failed.
    case failure(Failure)
  }

  struct Completed: Hashable {
    let stage: StageKey
    let metrics: [String: Double]
  }

  /// What a good end of the program means.
  struct Ending: Hashable {
    /// The results that it completes.
    var completed: [Completed] = []
    /// Why the attempt has failed nevertheless; `nil` where all that was wanted is there.
    var failure: Failure?
  }

  /// The name of the prefix axis, if the program has one.
  private let prefix: String?
  /// What is wanted, by the prefix axis's value; one entry under `nil` without a prefix axis.
  private var wanted: [Int?: StageKey]
  private var current: (step: Int?, metrics: [String: Double])?
  private var closed: [Int?: [String: Double]] = [:]

  /// - Parameter stages: the order's stages, all of one trajectory.
  init(stages: [Stage], prefix: String?) {
    self.prefix = prefix
    wanted = [:]
    for stage in stages { wanted[prefix == nil ? nil : stage.step] = stage.key }
  }

  /// Whether every wanted result is complete.
  var isComplete: Bool { wanted.isEmpty }

  /// The value of the prefix axis that the program last reported.
  var step: Int? { current?.step }

  mutating func take(_ line: UnsafeRawBufferPointer) -> Line {
    guard Self.mayBeReport(line) else { return .text }
    guard let value = JSONReader.value(of: line) else {
      return .failure(violation("it printed a report that is not JSON: \(Self.quoted(line))"))
    }
    guard case .object(let members) = value, let metrics = members["metrics"] else { return .text }
    guard case .object(let values) = metrics else {
      return .failure(violation("it reported metrics that are \(metrics.kind), not an object"))
    }
    var numbers: [String: Double] = [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      if name == "run" || name == "state" {
        return .failure(
          violation("the metric “\(name)” is called like another column of runs.csv; rename it"))
      }
      guard case .number(let number) = value else {
        return .failure(violation("the metric “\(name)” is \(value.kind), not a number"))
      }
      guard number.isFinite else {
        return .failure(
          Failure(
            reason: .nonFinite, message: "the metric “\(name)” is \(Self.word(for: number))"))
      }
      numbers[name] = number
    }
    switch step(in: members) {
    case .success(let step): return merge(numbers, at: step)
    case .failure(let failure): return .failure(failure)
    }
  }

  /// The program has ended well: what is reported is complete, whatever else is missing.
  mutating func finish() -> Ending {
    let completed = closeCurrent()
    if wanted.isEmpty { return Ending(completed: completed) }
    guard let prefix else {
      return Ending(
        completed: completed,
        failure: violation(
          "it ended without reporting metrics; print a line such as {\"metrics\": {\"loss\": 0.5}}")
      )
    }
    let missing = wanted.keys.compactMap { $0 }.sorted().map(String.init)
    let shown = missing.count > 8 ? missing.prefix(7) + ["…"] + missing.suffix(1) : missing[...]
    return Ending(
      completed: completed,
      failure: violation(
        "it ended without reporting metrics at \(prefix) \(shown.joined(separator: ", "))"))
  }

  private func step(in members: [String: JSONValue]) -> Result<Int?, Failure> {
    guard let prefix else { return .success(nil) }
    guard let value = members[prefix] ?? members["step"] else {
      return .failure(
        violation(
          "it reported metrics without saying at which “\(prefix)”; say it beside them, as "
            + "{\"\(prefix)\": 3, \"metrics\": …}"))
    }
    guard case .number(let number) = value, let step = Int(exactly: number) else {
      return .failure(violation("it reported “\(prefix)” that is not an integer"))
    }
    return .success(step)
  }

  private mutating func merge(_ metrics: [String: Double], at step: Int?) -> Line {
    if let earlier = closed[step] {
      // A summary at the end may repeat what was said; it may not change it.
      for (name, value) in metrics.sorted(by: { $0.key < $1.key }) where earlier[name] != value {
        return .failure(
          violation(
            "it reported “\(name)” at \(prefix ?? "step") \(step ?? 0) after it had gone on to "
              + "another; all metrics of one must come before the next"))
      }
      return .report([])
    }
    var completed: [Completed] = []
    if let open = current, open.step != step { completed = closeCurrent() }
    current = (step, (current?.metrics ?? [:]).merging(metrics) { $1 })
    return .report(completed)
  }

  private mutating func closeCurrent() -> [Completed] {
    guard let (step, metrics) = current else { return [] }
    current = nil
    closed[step] = metrics
    // A result without metrics is none.
    guard !metrics.isEmpty, let stage = wanted.removeValue(forKey: step) else { return [] }
    return [Completed(stage: stage, metrics: metrics)]
  }

  /// Whether the line begins like an object and names metrics: cheap, so that a long log costs
  /// little.
  private static func mayBeReport(_ line: UnsafeRawBufferPointer) -> Bool {
    guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }), first == UInt8(ascii: "{")
    else { return false }
    let word = Array("\"metrics\"".utf8)
    return line.indices.contains {
      line[$0] == word[0] && line[$0...].starts(with: word)
    }
  }

  private func violation(_ message: String) -> Failure {
    Failure(reason: .protocolViolation, message: message)
  }

  private static func word(for number: Double) -> String {
    number.isNaN ? "NaN" : number > 0 ? "infinite" : "minus infinite"
  }

  private static func quoted(_ line: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: line.prefix(160), as: UTF8.self)
    return CanonicalJSON.text(of: text) + (line.count > 160 ? "…" : "")
  }
}
