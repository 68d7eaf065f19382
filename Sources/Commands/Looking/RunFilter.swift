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

  /// - Parameters:
  ///   - texts: such as `temperature <= 0.5`; a run must meet all.
  ///   - axes: those of the grid, with their values.
  ///   - clusters: of the failures that there are.
  /// - Throws: `CommandFailure` for what is no condition, names nothing, or can hold for no run.
  init(_ texts: [String], axes: [Axis], metrics: [String], clusters: Set<String>) throws {
    let names = axes.map(\.name)
    conditions = try texts.map { text in
      guard let condition = RunCondition(text: text) else {
        throw CommandFailure(
          "“\(text)” is no condition. Write a name, one of == != < <= > >=, and a value, such as "
            + "--where \"state == failed\".")
      }
      if let axis = names.firstIndex(of: condition.name) {
        try Self.check(condition, on: axes[axis])
        return (.axis(axis), condition)
      }
      switch condition.name {
      case "run":
        try Self.refuseOrder(condition)
        let text = condition.value.description
        guard RunID(text.lowercased()) != nil else {
          throw CommandFailure(
            "“\(text)” is not a run's id: that is 12 hex digits, as in the first column of runs.csv."
          )
        }
        return (
          .run,
          RunCondition(
            name: condition.name, comparison: condition.comparison,
            value: .string(text.lowercased()))
        )
      case "state":
        try Self.refuseOrder(condition)
        let states = RunState.allCases.map(\.rawValue)
        guard states.contains(condition.value.description) else {
          throw CommandFailure(
            "no run is ever “\(condition.value)”; the states are \(states.joined(separator: ", "))."
          )
        }
        return (.state, condition)
      case "failure":
        try Self.refuseOrder(condition)
        let cluster = condition.value.description
        guard clusters.contains(cluster) else {
          throw CommandFailure(
            "there is no failure cluster “\(cluster)”; `\(CommandLineText.program) status` lists them"
          )
        }
        return (.failure, condition)
      default: break
      }
      guard metrics.contains(condition.name) else {
        let names = names + ["run", "state", "failure"] + metrics
        let nearest = Suggestion.nearest(to: condition.name, among: names)
        throw CommandFailure(
          "runs have no “\(condition.name)”."
            + (nearest.map { " Did you mean “\($0)”?" } ?? "")
            + " They have \(names.joined(separator: ", ")).")
      }
      if condition.value.double == nil { throw Self.noNumber(condition) }
      return (.metric(condition.name), condition)
    }
  }

  /// - Throws: `CommandFailure` for a value that the axis does not have, or an order of what are no numbers.
  private static func check(_ condition: RunCondition, on axis: Axis) throws {
    if condition.comparison.isOrdered {
      if condition.value.double == nil { throw noNumber(condition) }
      return
    }
    let same = RunCondition(name: axis.name, comparison: .equal, value: condition.value)
    if axis.points.labels.contains(where: same.holds(for:)) { return }
    let some = axis.points.labels.prefix(8).map(\.description).joined(separator: ", ")
    throw CommandFailure(
      "\(axis.name) is never “\(condition.value)”; it is \(some)"
        + (axis.points.count > 8 ? " …" : "") + ". " + several)
  }

  private static func refuseOrder(_ condition: RunCondition) throws {
    guard condition.comparison.isOrdered else { return }
    throw CommandFailure(
      "\(condition.name) has no order; write == or != instead of "
        + "\(condition.comparison.rawValue).")
  }

  private static let several = "For several conditions, write --where several times."

  private static func noNumber(_ condition: RunCondition) -> CommandFailure {
    CommandFailure(
      "\(condition.name) is compared with a number, and “\(condition.value)” is none. " + several)
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
