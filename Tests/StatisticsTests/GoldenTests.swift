import Foundation
import Testing

@testable import Statistics

/// Tests/StatisticsTests/Golden/tests.json, made by tools/golden/statistics_tests.py.
struct GoldenTests: Decodable {
  struct SidedP: Decodable {
    let twoSided: Double
    let less: Double
    let greater: Double

    var all: [(Alternative, Double)] {
      [(.twoSided, twoSided), (.less, less), (.greater, greater)]
    }
  }

  struct Normals: Decodable {
    struct Share: Decodable {
      let z: Double
      let lower: Double
      let upper: Double
    }
    struct Quantile: Decodable {
      let share: Double
      let z: Double
    }
    let shares: [Share]
    let quantiles: [Quantile]
  }

  struct FTail: Decodable {
    let low: Double
    let high: Double
    let f: Double
    let upper: Double
  }

  struct Statistic: Decodable {
    let statistic: Double
    let p: SidedP
    let exact: Bool?
  }

  struct Paired: Decodable, CustomTestStringConvertible {
    struct Equivalence: Decodable {
      let lower: Double
      let lowerP: Double
      let upper: Double
      let upperP: Double
      let p: Double
    }
    let name: String
    let values: [Double]
    let signedRank: Statistic?
    let signFlip: SidedP?
    let t: Statistic?
    let equivalence: Equivalence?

    var testDescription: String { name }
  }

  struct Groups: Decodable {
    let groups: [[Double]]
    let statistic: Double
    let p: Double
  }

  struct Table: Decodable {
    let b: Int
    let c: Int
    let exact: Double
    let midP: Double
    let chiSquared: Double
    let statistic: Double
  }

  struct Ranked: Decodable, CustomTestStringConvertible {
    let name: String
    let x: [Double]
    let y: [Double]
    let rho: Double
    let p: SidedP

    var testDescription: String { name }
  }

  struct Trend: Decodable, CustomTestStringConvertible {
    let name: String
    let rows: [[Double]]
    let statistic: Double
    let p: Double
    let exact: Bool

    var testDescription: String { name }
  }

  struct Line: Decodable {
    let x: [Double]
    let y: [Double]
    let slope: Double
  }

  struct Correction: Decodable {
    let values: [Double]
    let holm: [Double]
    let benjaminiHochberg: [Double]
  }

  struct Calibrated: Decodable, CustomTestStringConvertible {
    let name: String
    let confidence: [Double]
    let right: [Bool]
    let brier: Double
    /// By the number of bins.
    let errors: [String: Double]
    let auroc: Double?

    var testDescription: String { name }
    var judgements: [Calibration.Judgement] {
      zip(confidence, right).map { Calibration.Judgement(confidence: $0, isRight: $1) }
    }
  }

  struct Maxima: Decodable {
    struct Normal: Decodable {
      let n: Int
      let value: Double
    }
    struct Sample: Decodable {
      let values: [Double]
      let draws: Int
      let value: Double
    }
    let normal: [Normal]
    let samples: [Sample]
  }

  struct Decomposition: Decodable, CustomTestStringConvertible {
    let name: String
    let values: [Double]
    let levels: [[Int]]
    let sums: [Double]
    let degrees: [Int]
    let residual: Double
    let residualDegrees: Int
    let total: Double
    let balanced: Bool

    var testDescription: String { name }
  }

  let normal: Normals
  let f: [FTail]
  let paired: [Paired]
  let brownForsythe: [Groups]
  let mcNemar: [Table]
  let spearman: [Ranked]
  let page: [Trend]
  let slopes: [Line]
  let corrections: [Correction]
  let calibration: [Calibrated]
  let expectedMaximum: Maxima
  let decomposition: [Decomposition]

  static let loaded: Result<GoldenTests, any Error> = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/tests.json")
    return try JSONDecoder().decode(GoldenTests.self, from: Data(contentsOf: file))
  }

  static func load() throws -> GoldenTests { try loaded.get() }
}

/// Holds a figure against an expected one.
func expectClose(
  _ value: Double?, _ expected: Double?, relative: Double = 1e-10, absolute: Double = 0,
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let value, let expected else {
    #expect(value == expected, "\(what)", sourceLocation: sourceLocation)
    return
  }
  let error = (value - expected).magnitude
  #expect(
    error <= relative * expected.magnitude + absolute, "\(what): \(value), expected \(expected)",
    sourceLocation: sourceLocation)
}
