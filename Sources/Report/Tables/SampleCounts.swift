import Aggregator

/// Where a table says n: once in its caption for the number that most entries share, beside the
/// figure where an entry has another one, so that no mean stands without it.
struct SampleCounts {
  /// The n of most entries; of equally frequent ones the largest. `nil` without any figure.
  let usual: Int?
  /// Whether every entry with a figure has it.
  let isUniform: Bool
  /// What is counted: `n` runs or `n` pairs.
  private let unit: String

  init(_ counts: some Sequence<Int>, unit: String = "") {
    var frequency: [Int: Int] = [:]
    for count in counts where count > 0 { frequency[count, default: 0] += 1 }
    usual = frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    isUniform = frequency.count <= 1
    self.unit = unit
  }

  /// The clause of the caption, such as `n = 16` or `n = 16 unless noted`.
  var clause: String? {
    usual.map { "n = \($0)\(unit)\(isUniform ? "" : " unless noted")" }
  }

  /// What stands beside the figure of a cell: n where it is another, the mean with failed runs as 0, and
  /// whether its runs come from different builds or machine kinds.
  func remark(_ figures: CellFigures, _ style: NumberStyle) -> String {
    let count = remark(
      count: figures.summary.count, planned: figures.planned, isIncomplete: figures.isIncomplete)
    var parts = count.isEmpty ? [] : [String(count.dropFirst().dropLast())]
    if let mean = figures.meanWithFailures { parts.append("\(style.text(mean)) with failed as 0") }
    if figures.isMixed { parts.append("mixed") }
    return parts.isEmpty ? "" : "(\(parts.joined(separator: "; ")))"
  }

  /// What stands beside a figure taken of `count` values where `planned` were wanted.
  func remark(count: Int, planned: Int, isIncomplete: Bool) -> String {
    if isIncomplete { return "(n=\(count) of \(planned))" }
    return count == 0 || count == usual ? "" : "(n=\(count))"
  }
}
