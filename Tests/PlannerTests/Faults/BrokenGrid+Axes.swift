extension BrokenGrid {
  static let axes: [BrokenGrid] = [
    BrokenGrid(
      "axis like a column",
      """
      parameters: {model: tiny}
      axes: {run: [{seed: 1}], state: [{step: 1}], accuracy: [{rl_step: 1}]}
      """,
      messages: [
        "g.yaml:2:8: “run” names another column of runs.csv and cannot name an axis; choose "
          + "another name",
        "g.yaml:2:26: “state” names another column of runs.csv and cannot name an axis; choose "
          + "another name",
        "g.yaml:2:46: “accuracy” names another column of runs.csv and cannot name an axis; choose "
          + "another name",
      ]),
    BrokenGrid(
      "external axis like a column",
      """
      program: {command: [a]}
      axes: {state: [on, off]}
      """,
      messages: [
        "g.yaml:2:8: “state” names another column of runs.csv and cannot name an axis; choose "
          + "another name"
      ]),
    BrokenGrid(
      "variants make a column",
      """
      program: {command: [a]}
      axes: {x: [1]}
      variants:
        - parameters: {state: on}
        - parameters: {state: off}
      """,
      messages: [
        "g.yaml:4:18: “state” names another column of runs.csv and cannot name an axis; choose "
          + "another name"
      ]),
    BrokenGrid(
      "value twice",
      """
      parameters: {model: tiny}
      axes:
        temperature: [0.5, 1, 0.50]
      """,
      messages: [
        "g.yaml:3:25: axes.temperature has the value 0.5 twice; remove one of the two"
      ]),
    BrokenGrid(
      "parameter and axis",
      """
      parameters: {model: tiny, seed: 3}
      axes:
        seed: {count: 2}
      """,
      messages: [
        "g.yaml:3:3: “seed” has one value under `parameters` and is an axis too; remove "
          + "one of the two"
      ]),
    BrokenGrid(
      "mixed axis",
      """
      parameters: {model: tiny}
      axes:
        setting: [0.5, {temperature: 1}]
      """,
      messages: [
        "g.yaml:3:12: axes.setting mixes values and mappings; an axis is a list of values, "
          + "or a list of mappings that each set several parameters"
      ]),
    BrokenGrid(
      "two axes set one parameter",
      """
      parameters: {model: tiny}
      axes:
        temperature: [0.5]
        setting: [{temperature: 1, seed: 2}]
      """,
      messages: [
        "g.yaml:4:3: the axes “temperature” and “setting” both set “temperature”; let one "
          + "axis set it"
      ]),
    BrokenGrid(
      "zip sets a fixed parameter",
      """
      parameters: {model: tiny, seed: 3}
      axes:
        setting: [{seed: 1}, {seed: 2}]
      """,
      messages: [
        "g.yaml:3:3: “seed” has one value under `parameters` and is an axis too; remove "
          + "one of the two"
      ]),
    BrokenGrid(
      "zip with an unknown key",
      """
      parameters: {model: tiny}
      axes:
        setting: [{temprature: 1}]
      """,
      messages: [
        "g.yaml:3:14: unknown key “temprature” under axes.setting[0]; did you mean “temperature”?"
      ]),
    BrokenGrid(
      "zip with a label twice",
      """
      parameters: {model: tiny}
      axes:
        setting: [{label: a, seed: 1}, {label: a, seed: 2}]
      """,
      messages: [
        "g.yaml:3:34: two points of axes.setting are called “a”; give them different labels"
      ]),
    BrokenGrid(
      "zip named like a parameter",
      """
      parameters: {model: tiny}
      axes:
        seed: [{seed: 1}, {step: 2}]
      """,
      messages: [
        "g.yaml:3:21: the axis “seed” is named like a parameter, but this point does not "
          + "set it; rename the axis, or set the parameter in every point"
      ]),
    BrokenGrid(
      "zip that sets nothing",
      """
      parameters: {model: tiny}
      axes:
        setting: [{}, {seed: 2}]
      """,
      messages: [
        "g.yaml:3:13: axes.setting[0] sets nothing; name a parameter, a preset or at least "
          + "a label"
      ]),
    BrokenGrid(
      "zip with a bad name",
      """
      parameters: {model: tiny}
      axes:
        my setting: [{seed: 1}]
      """,
      messages: [
        "g.yaml:3:3: “my setting” cannot be a name; use letters, digits, _ and -, "
          + "beginning with a letter"
      ]),
    BrokenGrid(
      "zip with an unknown preset",
      """
      parameters: {model: tiny}
      axes:
        setting: [{preset: papercode}]
      """,
      messages: [
        "g.yaml:3:22: there is no preset “papercode”; did you mean “paper-code”?"
      ]),
    BrokenGrid(
      "points that are one run",
      """
      parameters: {model: tiny}
      axes:
        setting: [{label: a, seed: 1}, {label: b, seed: 1}]
      """,
      messages: [
        "g.yaml:3:3: “setting=a” and “setting=b” give every parameter the same value and "
          + "would be one run; remove one of the two"
      ]),
    BrokenGrid(
      "presets of two axes meet",
      """
      parameters: {model: tiny}
      axes:
        one: [{preset: hot}, {label: x}]
        two: [{preset: paper-code}, {label: y}]
      """,
      messages: [
        "g.yaml:4:3: the axes “one” and “two” both set “temperature”; let one axis set it"
      ]),
    BrokenGrid(
      "unknown preset",
      """
      parameters: {model: tiny}
      preset: warm
      """,
      messages: [
        "g.yaml:2:9: there is no preset “warm”; there are hot, paper-code"
      ]),
    BrokenGrid(
      "preset twice",
      """
      preset: hot
      parameters: {model: tiny, preset: hot}
      """,
      messages: [
        "g.yaml:1:1: “preset” and “parameters.preset” do not go together; remove one of the two"
      ]),
    BrokenGrid(
      "too many runs",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 10000}
        evaluation_seed: {count: 10000}
      """,
      messages: [
        "g.yaml:2:1: the grid has 100,000,000 runs, more than the 10,000,000 that a grid "
          + "may have; shorten an axis, or split the grid"
      ]),
    BrokenGrid(
      "far too many runs",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 10000}
        evaluation_seed: {count: 10000}
        model_seed: {count: 10000}
        step: {count: 10000}
        rl_step: {count: 10000}
      """,
      messages: [
        "g.yaml:2:1: the grid has more than 9,000,000,000,000,000,000 runs, more than the "
          + "10,000,000 that a grid may have; shorten an axis, or split the grid"
      ]),
  ]
}
