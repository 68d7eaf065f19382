extension BrokenGrid {
  static let selections: [BrokenGrid] = [
    BrokenGrid(
      "exclude names an unknown axis",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude:
        - {sede: 1}
      """,
      messages: [
        "g.yaml:5:6: exclude[0] names “sede”, which is not an axis of this grid; did you "
          + "mean “seed”?"
      ]),
    BrokenGrid(
      "exclude matches nothing",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude:
        - {seed: 7}
      """,
      messages: [
        "g.yaml:5:5: warning: exclude[0] matches no run; look at its values, or remove it"
      ]),
    BrokenGrid(
      "exclude of nothing",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude: [{}]
      """,
      messages: [
        "g.yaml:4:11: exclude[0] names nothing and would select every run; name a value, "
          + "or remove it"
      ]),
    BrokenGrid(
      "exclude is a mapping",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude: {seed: 1}
      """,
      messages: [
        "g.yaml:4:10: exclude must be a list, but is a mapping"
      ]),
    BrokenGrid(
      "exclude of a wrong value",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude: [{seed: one}]
      """,
      messages: [
        "g.yaml:4:18: “seed” must be an integer of at least 0, but is “one”"
      ]),
    BrokenGrid(
      "everything excluded",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      exclude: [{seed: 0}, {seed: 1}]
      """,
      messages: [
        "g.yaml:4:11: no run is left after `where` and `exclude`; loosen one of them"
      ]),
    BrokenGrid(
      "where leaves nothing",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      where: seed > 5
      """,
      messages: [
        "g.yaml:4:8: no run is left after `where` and `exclude`; loosen one of them"
      ]),
    BrokenGrid(
      "where without a comparison",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      where:
        - seed
        - seed =< 3
        - 3 < seed
      """,
      messages: [
        "g.yaml:5:5: “seed” is not a comparison; write a name, one of == != < <= > >=, and "
          + "a value, such as temperature <= 1.0",
        "g.yaml:6:5: “seed =< 3” is not a comparison; write a name, one of == != < <= > "
          + ">=, and a value, such as temperature <= 1.0",
        "g.yaml:7:5: “3 < seed” is not a comparison; write a name, one of == != < <= > >=, "
          + "and a value, such as temperature <= 1.0",
      ]),
    BrokenGrid(
      "where names an unknown axis",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      where: [temprature < 1]
      """,
      messages: [
        "g.yaml:4:9: where[0] names “temprature”, which is not an axis of this grid; did "
          + "you mean “temperature”?"
      ]),
    BrokenGrid(
      "where orders words",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      where: [model < small]
      """,
      messages: [
        "g.yaml:4:9: “model” and “small” have no order; compare numbers, or use == or !="
      ]),
    BrokenGrid(
      "where compares with a wrong value",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      where: [seed == one]
      """,
      messages: [
        "g.yaml:4:9: “seed” must be an integer of at least 0, but is “one”"
      ]),
    BrokenGrid(
      "replicate is no axis",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      replicate: sead
      """,
      messages: [
        "g.yaml:4:12: replicate names “sead”, which is not an axis of this grid; did you "
          + "mean “seed”?"
      ]),
    BrokenGrid(
      "row is no axis",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      report: {rows: [temperature], columns: seed}
      """,
      messages: [
        "g.yaml:4:17: report.rows names “temperature”, which is not an axis of this grid; "
          + "there is seed"
      ]),
    BrokenGrid(
      "row and column",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
        step: {count: 2}
      report: {rows: [step], columns: [step]}
      """,
      messages: [
        "g.yaml:5:34: “step” stands twice in the table; name each axis once, in rows or in "
          + "columns"
      ]),
    BrokenGrid(
      "unknown metric",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      report: {metric: acuracy}
      """,
      messages: [
        "g.yaml:4:18: the program reports no metric “acuracy”; did you mean “accuracy”?"
      ]),
    BrokenGrid(
      "unknown measurement, and a metric of another that is not asked for",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      measure: [drift, logts]
      report: {metrics: [accuracy, logit_skewness]}
      """,
      messages: [
        "g.yaml:4:18: the program has no measurement “logts”; did you mean “logits”?",
        "g.yaml:5:30: the metric “logit_skewness” belongs to a measurement that the grid does not "
          + "ask for; add `measure: [logits]` at the top of the grid",
      ]),
    BrokenGrid(
      "rules of stopping",
      """
      parameters: {model: tiny}
      axes:
        step: {count: 3}
      stopping:
        metric: acuracy
        fixed: 5
        rules:
          - {watch: entropy}
          - {watch: entropy, above: 1, gain_below: 2}
          - {watch: logit_skewness, above: 1}
      """,
      messages: [
        "g.yaml:5:11: the program reports no metric “acuracy”; did you mean “accuracy”?",
        "g.yaml:6:10: stopping.fixed is 5, which is no value of the axis “step”; name one of its values",
        "g.yaml:8:7: stopping.rules[0] does not say when to stop; give it share_of_start, above or "
          + "gain_below",
        "g.yaml:9:46: “above” and “gain_below” do not go together under stopping.rules[1]; remove one of "
          + "the two",
        "g.yaml:10:15: the metric “logit_skewness” belongs to a measurement that the grid does not ask "
          + "for; add `measure: [logits]` at the top of the grid",
      ]),
    BrokenGrid(
      "stopping along no axis",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 3}
      stopping: {metric: accuracy, rules: [{watch: entropy, above: 1}]}
      """,
      messages: [
        "g.yaml:4:11: stopping.axis names “step”, which is not an axis of this grid; there is seed"
      ]),
    BrokenGrid(
      "measurement of a program of the user's",
      """
      program: {command: [python3, train.py]}
      axes:
        seed: {count: 2}
      measure: logits
      """,
      messages: [
        "g.yaml:4:10: the program has no measurement “logits”; remove it: a program of yours reports "
          + "what it likes"
      ]),
    BrokenGrid(
      "metric and metrics",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      report: {metric: accuracy, metrics: [entropy]}
      """,
      messages: [
        "g.yaml:4:28: “metric” and “metrics” do not go together under report; remove one "
          + "of the two"
      ]),
    BrokenGrid(
      "baseline matches nothing",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 1, to: 3}
      report:
        baseline: {step: 0}
      """,
      messages: [
        "g.yaml:5:13: report.baseline matches no run of this grid; name values that the axes have"
      ]),
    BrokenGrid(
      "baseline names an unknown axis",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 0, to: 3}
      report:
        baseline: {steps: 0}
      """,
      messages: [
        "g.yaml:5:14: report.baseline names “steps”, which is not an axis of this grid; "
          + "did you mean “step”?"
      ]),
    BrokenGrid(
      "unknown report key",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 0, to: 3}
      report: {row: [step]}
      """,
      messages: [
        "g.yaml:4:10: unknown key “row” under report; did you mean “rows”?"
      ]),
    BrokenGrid(
      "bad name",
      """
      parameters: {model: tiny}
      name: a/b
      """,
      messages: [
        "g.yaml:2:7: “a/b” cannot be the name of a grid; leave out slashes, line breaks "
          + "and leading dots"
      ]),
  ]
}
