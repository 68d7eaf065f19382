import Glibc
import Grid

/// The values of axes that are written as a rule, in exact decimal arithmetic.
enum AxisSeries {
  /// Why there is no series, with the key (and entry of a list) to blame.
  struct Objection: Error {
    let fault: GridFault
    var key: String?
    var index: Int?
  }

  /// 0, 1 … `count` − 1.
  static func count(_ count: Int) -> Result<[ParameterValue], Objection> {
    if count == 0 { return .failure(Objection(fault: .emptyAxis)) }
    if count > GridDecoder.pointLimit { return tooMany }
    return .success((0..<count).map { .integer($0) })
  }

  /// `from`, `from` + `by` … `to`; all are numbers by `NumberText`.
  static func range(from: String, to: String, by: String?) -> Result<[ParameterValue], Objection> {
    let by = by ?? "1"
    guard let first = Decimal(from), let last = Decimal(to), let step = Decimal(by) else {
      return tooPrecise
    }
    let exponent = min(first.exponent, last.exponent, step.exponent)
    guard let start = first.coefficient(at: exponent), let end = last.coefficient(at: exponent),
      let increment = step.coefficient(at: exponent)
    else { return tooPrecise }
    func decimal(_ coefficient: Int128) -> Decimal {
      Decimal(coefficient: coefficient, exponent: exponent)
    }
    if increment == 0 { return .failure(Objection(fault: .rangeStepIsZero, key: "by")) }
    let distance = end - start
    if distance != 0, (distance > 0) != (increment > 0) {
      return .failure(
        Objection(fault: .rangeStepWrongWay(from: first.text, to: last.text, by: step.text)))
    }
    let steps = distance / increment
    guard distance % increment == 0 else {
      let below = decimal(start + steps * increment)
      let above = decimal(start + (steps + 1) * increment)
      return .failure(
        Objection(
          fault: .rangeMissesItsEnd(to: last.text, below: below.text, above: above.text),
          key: "to"))
    }
    if steps >= GridDecoder.pointLimit { return tooMany }
    return .success((0...Int(steps)).map { decimal(start + Int128($0) * increment).value })
  }

  /// The values between `from` and `to` of the series 10^(j / perDecade), rounded to `digits`
  /// significant digits: with 3 and 1 the familiar 1, 2, 5, 10. Powers of ten are always exact.
  static func logarithmic(
    from: String, to: String, perDecade: Int, digits: Int
  ) -> Result<[ParameterValue], Objection> {
    for (index, text) in [from, to].enumerated() where !((Double(text) ?? 0) > 0) {
      return .failure(Objection(fault: .logNotPositive(text), key: "log", index: index))
    }
    guard let first = Decimal(from), let last = Decimal(to) else { return tooPrecise }
    if first.double > last.double {
      return .failure(
        Objection(fault: .logReversed(from: first.text, to: last.text), key: "log"))
    }
    // One decade, from 10^(digits − 1) on. The values are irrational but for the first, so that the
    // library's rounding of `pow` cannot turn a digit within the nine that are allowed.
    let scale = pow(10, Double(digits - 1))
    let decade = (0..<perDecade).map { j in
      Int128((scale * pow(10, Double(j) / Double(perDecade))).rounded())
    }
    if Set(decade).count < perDecade || decade.last! == Int128(scale) * 10 {
      return .failure(Objection(fault: .logTooFewDigits(digits), key: "digits"))
    }
    let lowest = Int(log10(first.double).rounded(.down)) - 1
    let highest = Int(log10(last.double).rounded(.down)) + 1
    let series = (lowest...highest).flatMap { power in
      decade.map { Decimal(coefficient: $0, exponent: power - digits + 1) }
    }
    for (index, bound) in [first, last].enumerated()
    where !series.contains(where: { $0.double == bound.double }) {
      let below = series.last { $0.double < bound.double } ?? series[0]
      let above = series.first { $0.double > bound.double } ?? series[series.count - 1]
      return .failure(
        Objection(
          fault: .logOffTheSeries(bound.text, below: below.text, above: above.text), key: "log",
          index: index))
    }
    return .success(
      series.filter { $0.double >= first.double && $0.double <= last.double }.map(\.value))
  }

  private static let tooMany = Result<[ParameterValue], Objection>.failure(
    Objection(fault: .tooManyPoints(limit: GridDecoder.pointLimit)))

  private static let tooPrecise = Result<[ParameterValue], Objection>.failure(
    Objection(fault: .rangeTooPrecise(digits: Decimal.digitLimit)))
}
