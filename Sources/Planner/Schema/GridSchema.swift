import Grid

/// The forms of the grid file.
enum GridSchema {
  /// Keys of a mapping in an axis that are not parameters.
  static let reservedNames = ["label", "preset"]
  /// Columns that every table of runs has beside the axes and the metrics.
  static let columnNames = ["run", "state"]

  static let grid = Form.Record([
    Form.Key(
      "name", .text, about: "The grid's name in reports; the file's name unless it is given."),
    Form.Key("about", .text, about: "One sentence about what the grid asks."),
    Form.Key("include", names(.include), about: "Other grid files that this one builds on."),
    Form.Key(
      "program", .shape(.program, scalar: .text, mapping: .record(program)),
      about: "What does the work: `builtin`, or a command of yours."),
    Form.Key("preset", .word(.preset), about: "A named set of values of the built-in program."),
    Form.Key("parameters", parameters, about: "Parameters with one value each."),
    Form.Key(
      "axes", axes, about: "The axes; the grid is their product, the first one varies slowest."),
    Form.Key(
      "variants", .list(of: .record(variant), minimum: 1),
      about: "Blocks that say what is different from the rest of the file; the grid is their union."
    ),
    Form.Key(
      "where", .shape(.textOrList, scalar: .text, list: .list(of: .text)),
      about: "Comparisons such as `temperature <= 1.0`; only runs that pass all of them are kept."),
    Form.Key(
      "exclude", .list(of: .names(.selection, to: .value)),
      about: "Values that, taken together, no run may have."),
    Form.Key(
      "replicate", .text, about: "The axis over which cells are averaged; `seed` if there is one."),
    Form.Key(
      "measure", names(.textOrList, .word(.measurement)),
      about:
        "Measurements beside those that every run has; each costs time, and adding one computes "
        + "nothing else anew."),
    Form.Key("report", .record(report), about: "What the tables show."),
    Form.Key(
      "stopping", .record(stopping),
      about: "Rules of early stopping that look at no label; the report says what each would cost."),
    Form.Key(
      "claims", .list(of: .record(claim)),
      about: "What the grid states beforehand; the report says what became of it."),
  ])

  static let program = Form.Record([
    Form.Key("name", .text, about: "`builtin`."),
    Form.Key(
      "command", .list(of: .text, minimum: 1),
      about: "The program and its arguments; `{name}` stands for a parameter."),
    Form.Key("shell", .text, about: "A script for /bin/sh; `{name}` stands for a parameter."),
    Form.Key(
      "prefix", .text,
      about: "The axis at each of whose values the program reports; one process fills all of them."),
    Form.Key("resources", .record(resources), about: "What one job needs and may use."),
    Form.Key(
      "retries", .integer(minimum: 0, maximum: 1000),
      about: "How often a failed attempt is tried again."),
    Form.Key(
      "environment", .names(.anything, to: .text), about: "Variables of the program's environment."),
  ])

  static let resources = Form.Record([
    Form.Key("cpus", .integer(minimum: 1, maximum: 4096), about: "CPU cores of one job."),
    Form.Key("memory", .memory, about: "Memory limit of one job, such as 4 GiB."),
    Form.Key("gpus", .integer(minimum: 0, maximum: 4096), about: "GPUs of one job."),
    Form.Key("time", .duration, about: "Time limit of one attempt, such as 1h 30m."),
    Form.Key(
      "growth", .record(growth),
      about: "Factors by which limits grow for the next attempt after a failed one."),
  ])

  static let growth = Form.Record([
    Form.Key(
      "memory", .number(minimum: 1, maximum: 100),
      about: "What the memory limit is multiplied with, such as 2."),
    Form.Key(
      "time", .number(minimum: 1, maximum: 100),
      about: "What the time limit is multiplied with, such as 1.5."),
  ])

  static let variant = Form.Record([
    Form.Key("preset", .word(.preset), about: "A named set of values of the built-in program."),
    Form.Key("parameters", parameters, about: "Parameters with one value in this block."),
    Form.Key("axes", axes, about: "Axes of this block."),
  ])

  static let report = Form.Record([
    Form.Key("metric", .word(.metric), about: "The metric of the tables."),
    Form.Key(
      "metrics", names(.textOrList, .word(.metric)),
      about: "The metrics of the tables, the first foremost."),
    Form.Key("rows", names(.textOrList), about: "Axes that go down the table."),
    Form.Key("columns", names(.textOrList), about: "Axes that go across the table."),
    Form.Key(
      "baseline", .names(.selection, to: .value),
      about: "Values that select the runs to compare with."),
    Form.Key(
      "statistic", .choice(ReportStatistic.allCases.map(\.rawValue)),
      about: "What the tables show of each cell; the mean unless it is given."),
    Form.Key(
      "best", .choice(ReportBest.allCases.map(\.rawValue)),
      about: "Which entry of a column stands out."),
    Form.Key(
      "figures", .list(of: .record(figure)),
      about: "The figures; without it the axes suggest some, and an empty list shows none."),
  ])

  static let logarithmicScale = "log"

  static let figure = Form.Record([
    Form.Key(
      "kind", .choice(FigureSpecification.Kind.allCases.map(\.rawValue)), isRequired: true,
      about: "What is drawn."),
    Form.Key("metric", .word(.metric), about: "The metric shown; the report's first one."),
    Form.Key("x", .text, about: "The axis along x."),
    Form.Key("y", .text, about: "The other axis of a heat map."),
    Form.Key("series", .text, about: "The axis whose values are lines or colours of their own."),
    Form.Key("facet", names(.textOrList), about: "Axes whose values have panels of their own."),
    Form.Key(
      "where", .shape(.textOrList, scalar: .text, list: .list(of: .text)),
      about: "Comparisons such as `step == 10`; only runs that pass all of them are shown."),
    Form.Key(
      "scale", .choice([logarithmicScale, "linear"]),
      about: "The scale of x; the values decide unless it is given."),
  ])

  static let stopping = Form.Record([
    Form.Key("axis", .text, about: "The axis of the steps; `step` unless it is given."),
    Form.Key(
      "metric", .word(.metric), isRequired: true, about: "What a step is worth, such as accuracy."),
    Form.Key(
      "fixed", .number(minimum: 0), about: "A step to stop at in any case, to compare with."),
    Form.Key(
      "rules", .list(of: .record(stoppingRule), minimum: 1), isRequired: true,
      about: "Each stops at the first step at which it sees what it looks for."),
  ])

  static let stoppingRule = Form.Record([
    Form.Key(
      "watch", .word(.metric), isRequired: true, about: "The metric that the rule looks at."),
    Form.Key(
      "share_of_start", .number(minimum: 0),
      about: "Stop when the metric is at most this share of its value at the first step."),
    Form.Key("above", .number(), about: "Stop when the metric is above this."),
    Form.Key(
      "gain_below", .number(),
      about: "Stop when the metric has risen by less than this since the step before."),
  ])

  static let claim = Form.Record([
    Form.Key("id", .text, isRequired: true, about: "Names the claim in tables."),
    Form.Key("says", .text, about: "The claim in words."),
    Form.Key(
      "test", .choice(Claim.Test.allCases.map(\.rawValue)), isRequired: true,
      about: "The statistic that the claim is about."),
    Form.Key("metric", .word(.metric), isRequired: true, about: "The metric that it is about."),
    Form.Key("with", .word(.metric), about: "The other metric of a correlation."),
    Form.Key(
      "of",
      .shape(.selection, list: .list(of: selection, minimum: 2), mapping: selection),
      about: "Values of axes that select the runs; for `order` a list of such, highest first."),
    Form.Key("against", selection, about: "Values that select the runs to compare with."),
    Form.Key("over", .text, about: "The axis along which a curve is looked at."),
    Form.Key(
      "across", names(.textOrList),
      about: "The axes whose values are the replicates; the replicate axis unless it is given."),
    Form.Key(
      "expect", .text, about: "What is expected: `> 0`, `< 0.5`, `= 0 within 0.02`, `increasing`."),
    Form.Key(
      "margin", .number(minimum: 0), about: "How far from 0 a difference still is equivalence."),
  ])

  /// Any names: a value is looked up among the labels of an axis, whatever the parameter's type.
  private static let selection = Form.names(.anything, to: .value)

  static let range = Form.Record(
    marks: ["from", "to", "by"],
    [
      Form.Key("from", .number(), isRequired: true, about: "The first value."),
      Form.Key("to", .number(), isRequired: true, about: "The last value."),
      Form.Key("by", .number(), about: "The step, 1 unless it is given."),
    ])

  static let count = Form.Record(
    marks: ["count"],
    [Form.Key("count", .integer(minimum: 0, maximum: nil), isRequired: true, about: "0 … count−1.")]
  )

  static let logarithmic = Form.Record(
    marks: ["log", "per_decade", "digits"],
    [
      Form.Key(
        "log", .list(of: .number(), minimum: 2, maximum: 2), isRequired: true,
        about: "The first and the last value."),
      Form.Key(
        "per_decade", .integer(minimum: 1, maximum: 100),
        about: "Values between a power of ten and the next, 1 unless it is given."),
      Form.Key(
        "digits", .integer(minimum: 1, maximum: 9),
        about: "Significant digits of the values, 3 unless it is given; 1 makes 1, 2, 5, 10."),
    ])

  /// A point of an axis that sets several parameters together also has these keys.
  static let point = Form.shape(.point, scalar: .value, mapping: .names(.point, to: .value))

  private static let parameters = Form.names(.parameters, to: .value)

  private static let axis = Form.shape(
    .axis, list: .list(of: point), mapping: .alternatives(.axis, [range, count, logarithmic]))

  private static let axes = Form.names(.axes, to: axis)

  /// The mappings whose keys are the program's, wherever they stand.
  static let namesOfPrograms: [(names: Form.Names, value: Form)] = [
    (.parameters, .value), (.axes, axis), (.selection, .value),
  ]

  private static func names(
    _ expectation: GridFault.Expectation, _ element: Form = .text
  ) -> Form {
    .shape(expectation, scalar: element, list: .list(of: element))
  }
}
