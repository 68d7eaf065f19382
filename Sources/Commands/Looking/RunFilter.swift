import Grid
import JobTable
import Planner
import Report

/// Conditions on a grid's runs: on axes, `run`, `state`, `failure` (the cluster) and metrics.
struct RunFilter {
  /// What a condition looks at.
  private enum Subject {
    case axis(Int)
    case run
    case state
    case failure
    case metric(String)
  }

  private let conditions: [(subject: Subject, condition: RunCondition)]

  /// - Parameter texts: such as `temperature <= 0.5`; a run must meet all.
  /// - Throws: `CommandFailure` for what is no condition or names nothing.
  init(_ texts: [String], axes: [String], metrics: [String]) throws {
    conditions = try texts.map { text in
      guard let condition = RunCondition(text: text) else {
        throw CommandFailure(
          "“\(text)” is no condition. Write a name, one of == != < <= > >=, and a value, such as "
            + "--where \"state == failed\".")
      }
      if let axis = axes.firstIndex(of: condition.name) { return (.axis(axis), condition) }
      switch condition.name {
      case "run": return (.run, condition)
      case "state":
        let states = RunState.allCases.map(\.rawValue)
        guard states.contains(condition.value.description) else {
          throw CommandFailure(
            "no run is ever “\(condition.value)”; the states are \(states.joined(separator: ", "))."
          )
        }
        return (.state, condition)
      case "failure": return (.failure, condition)
      default: break
      }
      guard metrics.contains(condition.name) else {
        let names = axes + ["run", "state", "failure"] + metrics
        let nearest = Suggestion.nearest(to: condition.name, among: names)
        throw CommandFailure(
          "runs have no “\(condition.name)”."
            + (nearest.map { " Did you mean “\($0)”?" } ?? "")
            + " They have \(names.joined(separator: ", ")).")
      }
      return (.metric(condition.name), condition)
    }
  }

  /// A run without the metric, or without a failure, meets no condition on it.
  func holds(for run: RunRecord, cluster: String?) -> Bool {
    conditions.allSatisfy { subject, condition in
      let value: ParameterValue? =
        switch subject {
        case .axis(let index): run.axisValues[index]
        case .run: .string(run.id.text)
        case .state: .string(run.state.rawValue)
        case .failure: cluster.map { .string($0) }
        case .metric(let name): run.metrics[name].map { .number($0) }
        }
      guard let value else { return false }
      // An id or a cluster of digits only reads as a number.
      if case .string(let text) = value, condition.value.string == nil {
        return RunCondition(
          name: condition.name, comparison: condition.comparison,
          value: .string(condition.value.description)
        ).holds(for: .string(text))
      }
      return condition.holds(for: value)
    }
  }
}
