/// What was wrong with the lines of a file: the first few in words, all of them counted.
package struct LineFaults: Hashable, Sendable {
  package struct Fault: Hashable, Sendable {
    package let line: Int
    package let what: String
  }

  /// So many are told one by one.
  package static let shown = 5

  /// The first faults, in the order of their lines.
  package private(set) var first: [Fault] = []
  /// Lines that were left out.
  package private(set) var lines = 0
  /// Values that were left out of lines that count.
  package private(set) var values = 0

  package var isEmpty: Bool { lines == 0 && values == 0 }

  /// A line that cannot be used.
  mutating func leaveOut(line: Int, _ what: @autoclosure () -> String) {
    lines += 1
    if first.count < Self.shown { first.append(Fault(line: line, what: what())) }
  }

  /// A value that cannot be used, in a line that can.
  mutating func leaveOutValue(line: Int, _ what: @autoclosure () -> String) {
    values += 1
    if first.count < Self.shown { first.append(Fault(line: line, what: what())) }
  }

  /// One sentence a line: the first faults, then how many there are.
  package var sentences: [String] {
    guard !isEmpty else { return [] }
    var sentences = first.map { "line \($0.line): \($0.what)" }
    let more = lines + values - first.count
    if more > 0 { sentences.append("and \(more) more") }
    var parts: [String] = []
    if lines > 0 { parts.append(lines == 1 ? "1 line" : "\(lines) lines") }
    if values > 0 { parts.append(values == 1 ? "1 value" : "\(values) values") }
    let isOne = lines + values == 1
    sentences.append("\(parts.listed) \(isOne ? "is" : "are") left out")
    return sentences
  }
}
