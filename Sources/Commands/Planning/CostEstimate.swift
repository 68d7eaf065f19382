import Aggregator
import Planner
import Statistics

/// A plan's cost with a 95% interval.
struct CostEstimate {
  let cost: PlanCost
  /// Seconds of one core's work; `nil` where nothing is known of how much stages differ.
  let interval: ClosedRange<Double>?

  init(_ cost: PlanCost) {
    self.cost = cost
    guard let error = cost.standardError, cost.degreesOfFreedom > 0 else {
      interval = nil
      return
    }
    let critical = StudentT(degreesOfFreedom: Double(cost.degreesOfFreedom))
      .criticalValue(twoSidedTail: 0.05)
    interval = max(0, cost.seconds - critical * error)...(cost.seconds + critical * error)
  }

  /// Whether every kind that is missing was timed before.
  var isComplete: Bool { cost.unknownKinds.isEmpty }

  /// Seconds of one core's work; `nil` where they are not known of every kind that is missing.
  var knownSeconds: Double? { isComplete ? cost.seconds : nil }

  /// `about 3 min of one core's time (95%: 2 min 40 s to 3 min 20 s)`.
  var text: String {
    let unknown = cost.unknownKinds.joined(separator: ", ")
    if cost.seconds == 0, !isComplete {
      return "time unknown: nothing like the missing stages (\(unknown)) was timed in these results"
    }
    var text = isComplete ? "about " : "more than "
    text += "\(DurationText.short(cost.seconds)) of one core's time"
    if let interval {
      text +=
        " (95%: \(DurationText.short(interval.lowerBound)) to "
        + "\(DurationText.short(interval.upperBound)))"
    } else {
      text += ", from single timings and so without an interval"
    }
    if !isComplete { text += "; nothing like the missing \(unknown) was timed in these results" }
    if !cost.otherValues.isEmpty {
      text += "; timed at other values of \(cost.otherValues.joined(separator: ", "))"
    }
    return text
  }
}
