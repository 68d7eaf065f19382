/// Where a table says n: once in its caption for the number that most entries share, beside the
/// figure where an entry has another one, so that no mean stands without it.
struct SampleCounts {
  /// The n of most entries; of equally frequent ones the largest. `nil` without any figure.
  let usual: Int?
  /// Whether every entry with a figure has it.
  let isUniform: Bool
  /// What is counted: `n` runs or `n` pairs.
  private let unit: String

  init(_ counts: [Int], unit: String = "") {
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

  /// What stands beside a figure taken of `count` values where `planned` were wanted.
  func remark(count: Int, planned: Int, isIncomplete: Bool) -> String {
    if isIncomplete { return "(n=\(count) of \(planned))" }
    return count == 0 || count == usual ? "" : "(n=\(count))"
  }
}
