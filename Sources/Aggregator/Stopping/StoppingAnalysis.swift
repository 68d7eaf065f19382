import Grid
import Statistics

/// What rules of early stopping would have cost, over the trajectories of a grid.
package struct StoppingAnalysis: Sendable {
  /// How a rule fares, over the trajectories that have all values that it and its judge need.
  package struct Verdict: Hashable, Sendable {
    /// `nil` is the fixed step.
    package let rule: Stopping.Rule?
    /// On how many trajectories it stops before it has to: at the last step there is no choice.
    package let fired: Int
    package let step: SampleSummary
    /// The judging metric at the step where it stops.
    package let value: SampleSummary
    /// The same at the best step of the trajectory, minus that.
    package let regret: SampleSummary
    /// What is gained over the fixed step; without values where no fixed step is named.
    package let gain: SampleSummary
  }

  package let stopping: Stopping
  /// The trajectories of the grid, complete or not.
  package let trajectories: Int
  /// The fixed step first, if there is one, then the rules as the grid has them.
  package let verdicts: [Verdict]

  /// A trajectory: the runs that differ in the step only.
  private struct Trajectory {
    let steps: [Double]
    /// NaN where a run lacks the metric.
    let worth: [Double]
    let runs: [Int]
  }

  /// - Throws: `AggregationFault.unknownAxis`.
  /// - Complexity: O(runs × (axes + rules)), but for the sorting of steps.
  package init(_ runs: RunTable, _ stopping: Stopping) throws(AggregationFault) {
    let axis = try runs.requireAxis(stopping.axis)
    let groups = RunGroups(runs, by: runs.axes.indices.filter { $0 != axis })
    let worth = Self.values(of: stopping.metric, in: runs)
    let trajectories = (0..<groups.count).map { group in
      let members = groups[group].map {
        (Int($0), runs.value(ofAxis: axis, run: Int($0)).double ?? 0)
      }
      .sorted { $0.1 < $1.1 }
      return Trajectory(
        steps: members.map(\.1), worth: members.map { worth[$0.0] }, runs: members.map(\.0))
    }
    self.stopping = stopping
    self.trajectories = trajectories.count
    var verdicts: [Verdict] = []
    if let fixed = stopping.fixed {
      verdicts.append(
        Self.verdict(nil, trajectories, fixed: fixed) { $0.steps.firstIndex(of: fixed) })
    }
    for rule in stopping.rules {
      let watched = Self.values(of: rule.metric, in: runs)
      verdicts.append(
        Self.verdict(rule, trajectories, fixed: stopping.fixed) { trajectory in
          let values = trajectory.runs.map { watched[$0] }
          guard values.allSatisfy(\.isFinite) else { return nil }
          return values.indices.first { rule.stops(after: values[...$0]) } ?? values.count - 1
        })
    }
    self.verdicts = verdicts
  }

  private static func values(of metric: String, in runs: RunTable) -> [Double] {
    runs.metricIndex(metric).map { runs.metrics[$0].values }
      ?? Array(repeating: .nan, count: runs.count)
  }

  /// - Parameter stop: the index of the step to stop at; `nil` where a value is missing.
  private static func verdict(
    _ rule: Stopping.Rule?, _ trajectories: [Trajectory], fixed: Double?,
    stop: (Trajectory) -> Int?
  ) -> Verdict {
    var fired = 0
    var steps: [Double] = []
    var values: [Double] = []
    var regrets: [Double] = []
    var gains: [Double] = []
    for trajectory in trajectories {
      guard trajectory.worth.allSatisfy(\.isFinite), let index = stop(trajectory),
        let best = trajectory.worth.max()
      else { continue }
      if index < trajectory.steps.count - 1 { fired += 1 }
      steps.append(trajectory.steps[index])
      values.append(trajectory.worth[index])
      regrets.append(best - trajectory.worth[index])
      if let fixed, let other = trajectory.steps.firstIndex(of: fixed) {
        gains.append(trajectory.worth[index] - trajectory.worth[other])
      }
    }
    var summarizer = Summarizer()
    return Verdict(
      rule: rule, fired: fired, step: summarizer.summary(of: steps),
      value: summarizer.summary(of: values), regret: summarizer.summary(of: regrets),
      gain: summarizer.summary(of: gains))
  }
}
