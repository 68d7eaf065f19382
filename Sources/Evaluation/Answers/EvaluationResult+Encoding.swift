import Problems

/// The per-problem outcomes as text: a line that names format and version, a header, and one line a
/// sample. Columns in `columns`; booleans as 0 and 1, floats as the shortest decimal that reads back
/// the same, an empty `answer` where there is none. `correct` and `formatted` repeat what the other
/// columns say, for those who read the file with other tools. Equal outcomes give equal bytes.
extension EvaluationResult {
  private static let title = "#espalier-outcomes,1"
  private static let columns =
    "set,problem,kind,expected,sample,answer,correct,formatted,terminated,tokens,"
    + "mean_log_probability,mean_entropy"

  /// The bytes to store.
  ///
  /// - Complexity: O(number of samples).
  package var encoded: [UInt8] {
    var text = "\(Self.title)\n\(Self.columns)\n"
    for outcome in outcomes {
      let problem = "\(outcome.set),\(outcome.index),\(outcome.kind.rawValue),\(outcome.expected)"
      for (number, sample) in outcome.samples.enumerated() {
        text += problem
        text += ",\(number),"
        if let answer = sample.answer { text += "\(answer)" }
        text += sample.answer == outcome.expected ? ",1" : ",0"
        text += sample.formatted ? ",1" : ",0"
        text += sample.terminated ? ",1" : ",0"
        text += ",\(sample.length),\(sample.meanLogProbability),\(sample.meanEntropy)\n"
      }
    }
    return Array(text.utf8)
  }

  /// Reads back what `encoded` made.
  ///
  /// - Throws: `OutcomeFormatError` at the first line that `encoded` cannot have written.
  package init(encoded bytes: [UInt8]) throws(OutcomeFormatError) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == Self.title else { throw .title }
    guard lines.popFirst() == Self.columns else { throw .line(2) }
    guard lines.popLast() == "" else { throw .line(lines.endIndex) }
    var outcomes: [ProblemOutcome] = []
    for (index, line) in lines.enumerated() {
      guard let row = Row(line) else { throw .line(index + 3) }
      if row.sample > 0, let last = outcomes.last {
        guard row.continues(last) else { throw .line(index + 3) }
        outcomes[outcomes.count - 1].samples.append(row.outcome)
      } else {
        guard row.sample == 0 else { throw .line(index + 3) }
        outcomes.append(
          ProblemOutcome(
            set: row.set, index: row.problem, kind: row.kind, expected: row.expected,
            samples: [row.outcome]))
      }
    }
    self.init(outcomes: outcomes)
  }

  /// One line of the text.
  private struct Row {
    let set: String
    let problem: Int
    let kind: ProblemKind
    let expected: Int
    let sample: Int
    let outcome: SampleOutcome

    init?(_ line: String) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 12, let problem = Int(fields[1]),
        let kind = ProblemKind(rawValue: String(fields[2])), let expected = Int(fields[3]),
        let sample = Int(fields[4]), let terminated = Self.boolean(fields[8]),
        let length = Int(fields[9]), let logProbability = Float(fields[10]),
        let entropy = Float(fields[11]), logProbability.isFinite, entropy.isFinite
      else { return nil }
      let answer = Int(fields[5])
      guard answer != nil || fields[5].isEmpty,
        Self.boolean(fields[6]) == (answer == expected), Self.boolean(fields[7]) == (answer != nil)
      else { return nil }
      set = String(fields[0])
      self.problem = problem
      self.kind = kind
      self.expected = expected
      self.sample = sample
      outcome = SampleOutcome(
        answer: answer, terminated: terminated, length: length,
        meanLogProbability: logProbability, meanEntropy: entropy)
    }

    /// Whether this is the next sample of the problem.
    func continues(_ last: ProblemOutcome) -> Bool {
      set == last.set && problem == last.index && kind == last.kind && expected == last.expected
        && sample == last.samples.count
    }

    private static func boolean(_ field: Substring) -> Bool? {
      switch field {
      case "0": false
      case "1": true
      default: nil
      }
    }
  }
}

/// Why bytes are no outcomes.
package enum OutcomeFormatError: Error, Hashable, CustomStringConvertible {
  /// The first line does not name this format in this version.
  case title
  /// A line, counted from 1, is malformed or out of order.
  case line(Int)

  package var description: String {
    switch self {
    case .title:
      "the file does not begin with “#espalier-outcomes,1”: it holds something else, or was written "
        + "by another version"
    case .line(let number):
      "line \(number) of the outcomes is damaged; remove the artifact, and the next run makes it again"
    }
  }
}
