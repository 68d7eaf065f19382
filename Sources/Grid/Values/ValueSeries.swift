/// Values at equal distances, as four numbers: a million of them are read back from a line.
package struct ValueSeries: Hashable, Sendable {
  /// The values are `(first + i · step) / 10^digits`, for i from 0 below `count`.
  private let first: Int
  private let step: Int
  private let count: Int
  /// Digits behind the point; `nil` where the values are integers.
  private let digits: Int?

  /// More of them need not be exact in a Double.
  private static let digitLimit = 15
  private static let largest = 0x1p53

  /// - Returns: `nil` where the values are no such series, or too few for it to be worth while.
  /// - Complexity: O(number of values).
  package init?(_ values: [ParameterValue]) {
    guard values.count > 2 else { return nil }
    for digits in [nil] + (0...Self.digitLimit).map(Optional.some) {
      guard let first = Self.coefficient(of: values[0], digits),
        let second = Self.coefficient(of: values[1], digits),
        let last = Self.coefficient(of: values[values.count - 1], digits),
        let reach = Self.product(second - first, values.count - 1), first + reach == last
      else { continue }
      self.init(first: first, step: second - first, count: values.count, digits: digits)
      if values.indices.allSatisfy({ values[$0] == value(at: $0) }) { return }
    }
    return nil
  }

  private init(first: Int, step: Int, count: Int, digits: Int?) {
    self.first = first
    self.step = step
    self.count = count
    self.digits = digits
  }

  /// - Complexity: O(number of values).
  package var values: [ParameterValue] { (0..<count).map(value(at:)) }

  /// Both are exact in a Double, so that their quotient is the number nearest to the decimal.
  private func value(at place: Int) -> ParameterValue {
    let coefficient = first + place * step
    guard let digits else { return .integer(coefficient) }
    return .number(Double(coefficient) / Self.power(digits))
  }

  private static func coefficient(of value: ParameterValue, _ digits: Int?) -> Int? {
    switch (value, digits) {
    case (.integer(let value), nil):
      return Double(value).magnitude < largest ? value : nil
    case (.number(let value), let digits?):
      let scaled = (value * power(digits)).rounded()
      // −0 comes back as 0, which has the same text.
      guard scaled.magnitude < largest, scaled / power(digits) == value else { return nil }
      return Int(scaled)
    default: return nil
    }
  }

  private static func power(_ digits: Int) -> Double {
    (0..<digits).reduce(1) { power, _ in power * 10 }
  }

  private static func product(_ step: Int, _ count: Int) -> Int? {
    let (product, overflow) = step.multipliedReportingOverflow(by: count)
    return overflow || Double(product).magnitude > 2 * largest ? nil : product
  }
}

extension ValueSeries: Codable {
  private enum CodingKeys: String, CodingKey { case first, step, count, digits }

  /// Reads what was written; numbers beyond what a series can hold are no series.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      first: try container.decode(Int.self, forKey: .first),
      step: try container.decode(Int.self, forKey: .step),
      count: try container.decode(Int.self, forKey: .count),
      digits: try container.decodeIfPresent(Int.self, forKey: .digits))
    guard (1...10_000_000).contains(count), (0...Self.digitLimit).contains(digits ?? 0),
      Double(first).magnitude < Self.largest, Self.product(step, count - 1) != nil
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no series"))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(first, forKey: .first)
    try container.encode(step, forKey: .step)
    try container.encode(count, forKey: .count)
    try container.encodeIfPresent(digits, forKey: .digits)
  }
}
