import Foundation
import Testing

/// Tests/StatisticsTests/Golden/statistics.json, made by tools/golden/statistics.py.
struct GoldenStatistics: Decodable {
  struct Sample: Decodable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    /// A figure that is absent or null does not exist for the sample.
    let expected: [String: Double?]

    var testDescription: String { name }
  }

  struct Quantile: Decodable {
    let degrees: Double
    let tail: Double
    let t: Double
  }

  let samples: [Sample]
  let quantiles: [Quantile]

  static func load() throws -> GoldenStatistics {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/statistics.json")
    return try JSONDecoder().decode(GoldenStatistics.self, from: Data(contentsOf: file))
  }
}
