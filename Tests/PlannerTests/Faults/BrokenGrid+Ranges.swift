extension BrokenGrid {
  static let ranges: [BrokenGrid] = [
    BrokenGrid(
      "step of zero",
      """
      parameters: {model: tiny}
      axes:
        temperature: {from: 0.1, to: 1, by: 0}
      """,
      messages: [
        "g.yaml:3:39: axes.temperature.by is 0, so the range never gets on; give another step"
      ]),
    BrokenGrid(
      "step the wrong way",
      """
      parameters: {model: tiny}
      axes:
        temperature: {from: 1, to: 0.1, by: 0.1}
      """,
      messages: [
        "g.yaml:3:16: axes.temperature never gets from 1 to 0.1 by 0.1; write by: -0.1"
      ]),
    BrokenGrid(
      "end below the start",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 10, to: 0}
      """,
      messages: [
        "g.yaml:3:9: axes.step never gets from 10 to 0 by 1; write by: -1"
      ]),
    BrokenGrid(
      "range that misses its end",
      """
      parameters: {model: tiny}
      axes:
        temperature: {from: 0.1, to: 1.0, by: 0.4}
      """,
      messages: [
        "g.yaml:3:32: axes.temperature never reaches 1: its values are … 0.9, 1.3 …; write "
          + "to: 0.9 or to: 1.3"
      ]),
    BrokenGrid(
      "fractions for integers",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 0, to: 1, by: 0.5}
      """,
      messages: [
        "g.yaml:3:9: “step” must be an integer from 0 to 10000, but is “0.5”"
      ]),
    BrokenGrid(
      "range leaves the allowed",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {from: 0.5, to: 1.5, by: 0.5}
      """,
      messages: [
        "g.yaml:3:18: “learning_rate” must be a number from 0 to 1, but is 1.5"
      ]),
    BrokenGrid(
      "range of too many digits",
      """
      parameters: {model: tiny}
      axes:
        temperature: {from: 0.1234567890123456789, to: 1, by: 0.1}
      """,
      messages: [
        "g.yaml:3:16: axes.temperature needs more than 18 digits to be exact; write its "
          + "values as a list"
      ]),
    BrokenGrid(
      "range without end in sight",
      """
      parameters: {model: tiny}
      axes:
        seed: {from: 0, to: 100000000}
      """,
      messages: [
        "g.yaml:3:9: axes.seed has more than 1,000,000 values; shorten the axis"
      ]),
    BrokenGrid(
      "log of zero",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [0, 1e-3]}
      """,
      messages: [
        "g.yaml:3:25: axes.learning_rate.log[0] is 0, but a logarithmic axis has only "
          + "positive values"
      ]),
    BrokenGrid(
      "log downwards",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [1e-3, 1e-5]}
      """,
      messages: [
        "g.yaml:3:24: axes.learning_rate.log goes from 0.001 down to 1e-05; write the "
          + "smaller one first"
      ]),
    BrokenGrid(
      "log off the series",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [3e-5, 1e-3], per_decade: 3, digits: 1}
      """,
      messages: [
        "g.yaml:3:25: axes.learning_rate.log[0] is 3e-05, which is not a value of the "
          + "axis: its values are … 2e-05, 5e-05 …; write 2e-05 or 5e-05"
      ]),
    BrokenGrid(
      "log of too few digits",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [1e-5, 1e-3], per_decade: 10, digits: 1}
      """,
      messages: [
        "g.yaml:3:62: values of axes.learning_rate are alike when rounded to 1 significant "
          + "digit; give more `digits`"
      ]),
    BrokenGrid(
      "log of three numbers",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [1e-5, 1e-4, 1e-3]}
      """,
      messages: [
        "g.yaml:3:24: axes.learning_rate.log must have at most 2 entries"
      ]),
    BrokenGrid(
      "log with a word",
      """
      parameters: {model: tiny}
      axes:
        learning_rate: {log: [low, 1e-3]}
      """,
      messages: [
        "g.yaml:3:25: axes.learning_rate.log[0] must be a number, but is “low”"
      ]),
  ]
}
