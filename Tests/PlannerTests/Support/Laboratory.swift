import Grid
import Planner

/// A program of the shape of the built-in one: prepare → select → em → grpo → evaluate.
enum Laboratory {
  static let description = ProgramDescription(
    name: "laboratory",
    parameters: [
      ParameterDescription(
        name: "model", type: .choice(["tiny", "small", "medium"]), defaultValue: nil,
        about: "The size of the base model."),
      ParameterDescription(
        name: "model_seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
        about: "The seed of pretraining."),
      ParameterDescription(
        name: "method", type: .choice(["none", "em"]), defaultValue: .string("none"),
        about: "How the base model is trained further."),
      ParameterDescription(
        name: "selection", type: .choice(["variance", "random"]), defaultValue: .string("variance"),
        about: "How the prompt is selected.", relevantWhen: isEM),
      ParameterDescription(
        name: "temperature", type: .number(minimum: 0.01, maximum: 10), defaultValue: .number(0.5),
        about: "Sampling temperature of training.", relevantWhen: isEM),
      ParameterDescription(
        name: "loss_temperature",
        type: .numberOrTied(minimum: 0.01, maximum: 10, word: "tied", to: "temperature"),
        defaultValue: .string("tied"), about: "Temperature of the loss.", relevantWhen: isEM),
      ParameterDescription(
        name: "learning_rate", type: .number(minimum: 0, maximum: 1), defaultValue: .number(5e-4),
        about: "Step size.", relevantWhen: isEM),
      ParameterDescription(
        name: "mask_first", type: .boolean, defaultValue: .boolean(false),
        about: "Whether the first token is left out of the loss.", relevantWhen: isEM),
      ParameterDescription(
        name: "step", type: .integer(minimum: 0, maximum: 10_000), defaultValue: .integer(0),
        about: "Optimizer steps of EM.", relevantWhen: isEM),
      ParameterDescription(
        name: "rl_step", type: .integer(minimum: 0, maximum: 10_000), defaultValue: .integer(0),
        about: "Optimizer steps of GRPO after EM."),
      ParameterDescription(
        name: "seed", type: .integer(minimum: 0, maximum: nil), defaultValue: .integer(0),
        about: "Decides sampling and data order."),
      ParameterDescription(
        name: "evaluation_temperature", type: .number(minimum: 0, maximum: 10),
        defaultValue: .number(0), about: "Sampling temperature of evaluation; 0 is greedy."),
      ParameterDescription(
        name: "evaluation_seed", type: .integer(minimum: 0, maximum: nil),
        defaultValue: .integer(0), about: "Decides the samples of evaluation.",
        relevantWhen: .isAbove(0, parameter: "evaluation_temperature")),
      ParameterDescription(
        name: "note", type: .string, defaultValue: .string(""), about: "Anything.",
        relevantWhen: .isOne(of: [.string("never")], parameter: "note")),
    ],
    presets: [
      "paper-code": [
        "mask_first": .boolean(true), "learning_rate": .number(2e-5), "temperature": .number(0.5),
        "loss_temperature": .number(0.5),
      ],
      "hot": ["temperature": .number(1)],
    ],
    stages: [
      StageRule(
        kind: "prepare", version: 1, parents: [], parameters: ["model", "model_seed"],
        product: .state),
      StageRule(
        kind: "select", version: 2, when: isEM, parents: [.state], parameters: ["selection"],
        product: .side),
      StageRule(
        kind: "text", version: 1, parents: [.state], parameters: ["evaluation_seed"],
        product: .side,
        measurement: "drift"),
      StageRule(
        kind: "em", version: 3, when: isEM, parents: [.state, .kind("select")],
        parameters: [
          "method", "temperature", "loss_temperature", "learning_rate", "mask_first", "seed",
        ],
        product: .trajectory(stepParameter: "step")),
      StageRule(
        kind: "grpo", version: 1, parents: [.state], parameters: ["seed"],
        product: .trajectory(stepParameter: "rl_step")),
      StageRule(
        kind: "evaluate", version: 1, parents: [.state],
        parameters: ["evaluation_temperature", "evaluation_seed"], product: .measurement),
      StageRule(
        kind: "drift", version: 1, parents: [.state, .kind("text")], parameters: [],
        product: .measurement, measurement: "drift"),
      StageRule(
        kind: "logits", version: 1, parents: [.state], parameters: ["evaluation_seed"],
        product: .measurement, measurement: "logits"),
    ],
    metrics: ["accuracy", "format_rate", "entropy"].map { MetricDescription(name: $0, about: "") }
      + [MetricDescription(name: "logit_skewness", about: "", measurement: "logits")])

  private static let isEM = ParameterCondition.isOne(of: [.string("em")], parameter: "method")

  static func read(
    _ text: String, file: String = "grids/test.yaml", overrides: [String] = [],
    files: [String: String] = [:]
  ) throws(GridFaults) -> ReadGrid {
    try GridReader(builtin: description) { path throws(UnreadableFile) in
      guard let text = files[path] else { throw UnreadableFile(reason: "no such file") }
      return text
    }.read(GridSource(file: file, text: text, overrides: overrides))
  }

  static func plan(
    _ text: String, overrides: [String] = [], files: [String: String] = [:]
  ) throws(GridFaults) -> Plan {
    try PlanBuilder.plan(read(text, overrides: overrides, files: files))
  }

  /// Every message about a grid, of reading and of planning; empty for a good one.
  static func messages(
    _ text: String, file: String = "g.yaml", overrides: [String] = [],
    files: [String: String] = [:]
  ) -> [String] {
    do {
      let grid = try read(text, file: file, overrides: overrides, files: files)
      let warnings = try PlanBuilder.planWithWarnings(grid).warnings
      return (grid.warnings + warnings).map(\.description)
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }
}

extension Plan {
  /// The values of one column.
  func column(_ name: String) -> [String] {
    let index = specification.axes.firstIndex { $0.name == name }
    return index.map { index in runs.map { $0.axisValues[index].description } } ?? []
  }

  func stages(of kind: String) -> [Stage] {
    stages.filter { $0.kind == kind }
  }
}
