/// A sum that keeps the rounding error of every addition and adds it back at the end, so that its
/// own error does not grow with the number of terms.
///
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54
/// (1974) 39–51: |error| ≤ ε |sum| + O(n ε²) Σ|terms|.
struct CompensatedSum {
  private var sum = 0.0
  private var lost = 0.0

  mutating func add(_ term: Double) {
    let next = sum + term
    lost += sum.magnitude >= term.magnitude ? (sum - next) + term : (term - next) + sum
    sum = next
  }

  var value: Double { sum + lost }

  /// The sum of `terms`.
  static func of(_ terms: some Sequence<Double>) -> Double {
    var sum = CompensatedSum()
    for term in terms { sum.add(term) }
    return sum.value
  }
}
