import Grid
import Planner
import Testing

@testable import BuiltinProgram

/// Every value of every enumerated parameter, each in a run of its own of very little work.
@Suite("Every word and switch")
struct EveryValueTests {
  private static let little: ParameterAssignment = [
    "model": .string("tiny"), "pretraining_steps": .integer(6), "batch": .integer(4),
    "selection_prompts": .integer(10), "selection_samples": .integer(2),
    "selection_checkpoints": .integer(2), "selection_decile": .integer(1),
    "base_steps": .integer(1), "maximum_tokens": .integer(8), "prompts_per_step": .integer(2),
    "group_size": .integer(2), "grpo_maximum_tokens": .integer(8), "sft_batch": .integer(2),
    "sft_pool": .integer(4), "prompt_pool": .integer(4), "evaluation_problems": .integer(1),
    "evaluation_tokens": .integer(8), "evaluation_samples": .integer(2), "step": .integer(2),
    "schedule": .string("em 1 then grpo"),
  ]

  /// Settings under which the others matter; a parameter takes the first under which it does.
  private static let contexts: [ParameterAssignment] = [
    [:], ["method": .string("grpo")], ["adaptation": .string("entropy_rate")],
    ["corpus": .string("both")], ["evaluation_temperature": .number(1)],
    ["method": .string("sft")], ["method": .string("schedule")],
  ]

  /// Kinds of problems are there where the corpus has them.
  private static let logic: ParameterAssignment = ["corpus": .string("logic")]
  private static let needs: [ParameterValue: ParameterAssignment] = [
    .string("knights2"): logic, .string("knights3"): logic,
  ]

  private static let description = BuiltinProgram.description

  private static func values(of parameter: ParameterDescription) -> [ParameterValue] {
    switch parameter.type {
    case .choice(let words): words.map { .string($0) }
    case .boolean: [.boolean(false), .boolean(true)]
    case .integer, .number, .numberOrTied, .string, .schedule, .any: []
    }
  }

  /// Whether the value decides anything, or is the one that is left out of keys.
  private static func matters(
    _ parameter: ParameterDescription, _ value: ParameterValue, in context: ParameterAssignment
  ) -> Bool {
    if value == parameter.defaultValue { return true }
    var all: ParameterAssignment = [:]
    for other in description.parameters { all[other.name] = other.defaultValue }
    all.merge(little) { $1 }
    all.merge(context) { $1 }
    all[parameter.name] = value
    return parameter.relevantWhen?.holds(for: all) ?? true
  }

  private static func yaml(_ value: ParameterValue) -> String {
    value.string.map { "\"\($0)\"" } ?? "\(value)"
  }

  @Test("a short grid of them all is planned and computed")
  func everyValue() throws {
    var stages: [Stage] = []
    var seen: Set<StageKey> = []
    var measured: Set<StageKey> = []
    for parameter in Self.description.parameters {
      for value in Self.values(of: parameter) {
        let context = Self.contexts.first { Self.matters(parameter, value, in: $0) }
        guard let context else {
          Issue.record("no context for \(parameter.name) \(value): add one above")
          continue
        }
        var parameters = Self.little.merging(context) { $1 }
        parameters[parameter.name] = value
        parameters.merge(Self.needs[value] ?? [:]) { $1 }
        let text = parameters.sorted { $0.key < $1.key }
          .map { "  \($0.key): \(Self.yaml($0.value))\n" }.joined()
        let reader = GridReader(builtin: Self.description) { _ throws(UnreadableFile) in
          throw UnreadableFile(reason: "no such file")
        }
        let plan = try PlanBuilder.plan(
          reader.read(GridSource(file: "every.yaml", text: "parameters:\n" + text)))
        for stage in plan.stages where seen.insert(stage.key).inserted { stages.append(stage) }
        measured.formUnion(plan.runs.flatMap(\.stages))
      }
    }
    let folder = TemporaryStore()
    let recorder = Recorder(folder.store)
    let results = recorder.run(order(stages))
    #expect(recorder.finished, "\(String(describing: recorder.failure))")
    #expect(measured.isSubset(of: results.keys))
    #expect(measured.count > 40)
  }
}
