import Grid

@testable import BuiltinProgram

/// Stages as the planner makes them from the program's description, for one run of little work.
struct TestGrid {
  var parameters: ParameterAssignment

  /// - Parameter changes: to the defaults of a very small run.
  init(_ changes: ParameterAssignment = [:]) {
    parameters = [:]
    for parameter in BuiltinProgram.description.parameters {
      parameters[parameter.name] = parameter.defaultValue
    }
    let little: ParameterAssignment = [
      "model": .string("tiny"), "pretraining_steps": .integer(30), "batch": .integer(8),
      "prompts_per_step": .integer(2), "group_size": .integer(4),
      "grpo_maximum_tokens": .integer(24),
      // After so little pretraining no answer is right.
      "reward": .string("random"),
      "selection_prompts": .integer(4), "selection_samples": .integer(4),
      "evaluation_problems": .integer(4), "maximum_tokens": .integer(24),
      "evaluation_tokens": .integer(24),
    ]
    for (name, value) in little.merging(changes, uniquingKeysWith: { $1 }) {
      parameters[name] = value
    }
  }

  private func stage(_ kind: StageKind, parents: [Stage], step: Int? = nil) -> Stage {
    guard let rule = BuiltinProgram.description.stages.first(where: { $0.kind == kind.rawValue })
    else { preconditionFailure("no rule for \(kind)") }
    let deciding = parameters.filter { name, _ in
      rule.parameters.contains(name)
        && BuiltinProgram.description.parameter(named: name)?.relevantWhen?.holds(for: parameters)
          != false
    }
    return Stage(
      kind: kind.rawValue, version: rule.version, parameters: deciding,
      parents: parents.map(\.key), step: step)
  }

  var prepare: Stage { stage(.prepare, parents: []) }
  var tune: Stage { stage(.tune, parents: [prepare]) }
  /// What selection and method start from.
  var base: Stage { Relevance.tuned.holds(for: parameters) ? tune : prepare }
  var select: Stage { stage(.select, parents: [base]) }

  func em(_ step: Int) -> Stage {
    step == 0 ? base : stage(.em, parents: [base, select], step: step)
  }

  /// A state of GRPO from the base model, or from another state; method must be grpo.
  func grpo(_ step: Int, from start: Stage? = nil) -> Stage {
    let start = start ?? base
    let selected = parameters["prompt_source"]?.string == "selected"
    return step == 0
      ? start : stage(.grpo, parents: [start] + (selected ? [select] : []), step: step)
  }

  func sft(_ step: Int) -> Stage { stage(.sft, parents: [base], step: step) }

  func evaluate(_ step: Int) -> Stage { evaluate(em(step)) }

  func evaluate(_ state: Stage) -> Stage { stage(.evaluate, parents: [state]) }

  var baseText: Stage { stage(.baseText, parents: [prepare]) }

  /// A measurement of a state, of kind repetition, samples, drift or logits.
  func measure(_ kind: StageKind, _ state: Stage) -> Stage {
    stage(kind, parents: kind == .drift ? [state, baseText] : [state])
  }

  /// All stages of the runs with the given steps, parents before children.
  func all(steps: ClosedRange<Int>) -> [Stage] {
    [prepare, select] + steps.flatMap { $0 == 0 ? [evaluate(0)] : [em($0), evaluate($0)] }
  }
}

/// An order of its own job.
func order(
  _ stages: [Stage], context: [Stage] = [], keep: [Stage] = [], job: Int64 = 1
) -> JobOrder {
  JobOrder(
    job: JobID(rawValue: job), attempt: .first, stages: stages, context: context,
    keep: keep.map(\.key))
}
