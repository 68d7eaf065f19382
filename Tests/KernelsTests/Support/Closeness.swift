import Testing

@testable import Kernels

/// Expects every number within `absolute + relative · |expected|` of what it should be, and reports
/// the worst one, in units in the last place.
func expectClose(
  _ actual: [Float], _ expected: [Double], absolute: Double = 1e-5, relative: Double = 1e-5,
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) numbers, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  var worst = 0.0
  var place = 0
  for (i, (a, e)) in zip(actual, expected).enumerated() {
    let excess = abs(Double(a) - e) / (absolute + relative * abs(e))
    if excess > worst || excess.isNaN {
      worst = excess.isNaN ? .infinity : excess
      place = i
    }
  }
  guard worst > 1 else { return }
  let ulps = abs(Double(actual[place]) - expected[place]) / Double(Float(expected[place]).ulp)
  Issue.record(
    "\(what): element \(place) is \(actual[place]), expected \(expected[place]), \(ulps) ulp off",
    sourceLocation: sourceLocation)
}
