import JobTable
import Planner

/// What the missing stages will cost, from the stages of the same kinds that are done.
struct CostEstimate {
  /// Expected seconds on one core.
  let seconds: Double
  let low: Double
  let high: Double

  /// The sum of n new stages of a kind with mean m and variance s² over k done ones has expectation
  /// n·m and prediction variance n·s² + n²·s²/k; kinds are taken as independent and the 95% interval
  /// as normal.
  ///
  /// - Returns: `nil` when a kind that is missing has never been timed.
  init?(_ summary: PlanSummary, durations: [KindDuration]) {
    var mean = 0.0
    var variance = 0.0
    for kind in summary.kinds {
      let missing = Double(kind.stages.new + kind.stages.pending + kind.stages.failed)
      guard missing > 0 else { continue }
      let known = durations.filter { $0.kind == kind.kind && $0.count > 0 }
        .max { $0.version < $1.version }
      guard let known else { return nil }
      mean += missing * known.mean
      variance += known.variance * missing * (1 + missing / Double(known.count))
    }
    let spread = 1.96 * variance.squareRoot()
    seconds = mean
    low = max(0, mean - spread)
    high = mean + spread
  }
}
