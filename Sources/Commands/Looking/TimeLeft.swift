import JobTable

/// How long what is missing of a grid will take, with as many jobs at once as now.
struct TimeLeft: Hashable {
  let seconds: Double
  /// Holds the true time in about 95 of 100 cases; `nil` where the cost of what is missing has none.
  let interval: ClosedRange<Double>?

  /// From what the missing stages will cost, and how those at work do.
  ///
  /// The cost is spread over the jobs at once, with what jobs have taken beside their stages, less what
  /// was spent on what is being computed. Stages that already take longer than any of the latest jobs did
  /// will take another mean (as if they had no memory), and the missing ones are as much longer: else
  /// only short stages would be known at the beginning. The last jobs leave slots empty: that takes at most so
  /// much longer than work that is divided evenly as the other slots' share of the longest job (Graham,
  /// "Bounds for certain multiprocessing anomalies", 1966).
  ///
  /// - Parameters:
  ///   - estimate: of the missing stages, those that are being computed included.
  ///   - isOfOneKind: whether all of them are of one kind; else a stage that is long says nothing of others.
  ///   - now: in seconds since 1970.
  /// - Returns: `nil` where nobody is at work or nothing is missing.
  init?(_ estimate: CostEstimate, isOfOneKind: Bool, activity: GridActivity, now: Double) {
    let count = estimate.cost.stages
    guard activity.running > 0, count > 0 else { return nil }
    let slots = Double(activity.running)
    let mean = estimate.cost.seconds / count
    let elapsed = activity.runningSince.map { max(0, now - $0) }

    // What jobs take beside their stages, and the longest of them.
    let latest = activity.latest
    let jobs =
      count * Double(latest.count) / Double(max(1, latest.reduce(0) { $0 + $1.stages }))
    let beside =
      latest.reduce(0) { $0 + max(0, $1.seconds - $1.stageSeconds) } / Double(max(1, latest.count))
    let usual = latest.reduce(mean) { max($0, $1.seconds) }
    let longest = elapsed.reduce(usual, max)

    // What the long ones that are not done yet say of all.
    let long = isOfOneKind ? elapsed.filter { $0 > usual }.map { $0 + mean } : []
    let timed = Double(estimate.cost.degreesOfFreedom + 1)
    let known = timed + Double(long.count)
    let longMean = (timed * mean + long.reduce(0, +)) / known
    let longSquares = long.reduce(0) { $0 + ($1 - longMean) * ($1 - longMean) }
    let longError = (longSquares / known * count * (1 + count / known)).squareRoot()

    /// - Parameter paid: whether those at work have had what they take beside their stages.
    func even(_ cost: Double, paid: Bool) -> Double {
      let spent = elapsed.reduce(0) { $0 + min($1, mean + (paid ? 0 : beside)) }
      let besides = paid ? max(0, jobs - slots) * beside : jobs * beside
      return max(0, cost + besides - spent) / slots
    }
    let tail = longest * (slots - 1) / slots
    // The longest may take as long again.
    let overdue = longest > usual ? longest : 0
    let cost = estimate.cost.seconds
    let more = count * (longMean - mean)
    seconds = (even(cost + more, paid: true) + even(cost + more, paid: false) + tail) / 2
    interval = estimate.interval.map { interval in
      let high = even(interval.upperBound + more + 2 * longError, paid: false) + tail + overdue
      let low = even(interval.lowerBound, paid: true)
      // Of what is paid more may be left than of what is not: towards the end what was spent is less.
      return low...max(low, high)
    }
  }
}
