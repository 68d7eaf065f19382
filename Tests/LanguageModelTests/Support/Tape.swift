import Foundation

/// Reverse-mode differentiation of single numbers in double precision: what the model's own backward
/// pass is held against. It shares nothing with it, formulas of gradients included: each operation
/// here knows only its own derivative.
final class Tape {
  /// A number on the tape.
  struct Number {
    let index: Int
  }

  private(set) var values: [Double] = []
  private var starts: [Int] = [0]
  private var parents: [Int] = []
  private var slopes: [Double] = []

  func value(_ x: Number) -> Double { values[x.index] }

  private func push(_ value: Double) -> Number {
    values.append(value)
    starts.append(parents.count)
    return Number(index: values.count - 1)
  }

  private func depend(_ x: Number, _ slope: Double) {
    parents.append(x.index)
    slopes.append(slope)
  }

  func constant(_ value: Double) -> Number { push(value) }

  /// Σ factor · number.
  func sum(_ terms: [(Double, Number)]) -> Number {
    var total = 0.0
    for (factor, x) in terms {
      total += factor * values[x.index]
      depend(x, factor)
    }
    return push(total)
  }

  /// Σ left · right.
  func dot(_ left: [Number], _ right: [Number]) -> Number {
    var total = 0.0
    for (a, b) in zip(left, right) {
      total += values[a.index] * values[b.index]
      depend(a, values[b.index])
      depend(b, values[a.index])
    }
    return push(total)
  }

  func product(_ a: Number, _ b: Number) -> Number { dot([a], [b]) }

  private func unary(_ x: Number, _ value: Double, _ slope: Double) -> Number {
    depend(x, slope)
    return push(value)
  }

  func exponential(_ x: Number) -> Number {
    let e = exp(values[x.index])
    return unary(x, e, e)
  }

  func power(_ x: Number, _ exponent: Double) -> Number {
    let v = values[x.index]
    return unary(x, pow(v, exponent), exponent * pow(v, exponent - 1))
  }

  /// The derivative of `result` by every number before it.
  func gradients(of result: Number) -> [Double] {
    var gradients = [Double](repeating: 0, count: values.count)
    gradients[result.index] = 1
    for index in stride(from: result.index, through: 0, by: -1) {
      let g = gradients[index]
      if g == 0 { continue }
      for edge in starts[index]..<starts[index + 1] { gradients[parents[edge]] += g * slopes[edge] }
    }
    return gradients
  }
}
