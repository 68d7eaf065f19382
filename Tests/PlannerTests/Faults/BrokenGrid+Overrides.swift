extension BrokenGrid {
  static let overrides: [BrokenGrid] = [
    BrokenGrid(
      "override that an external program would not see",
      """
      program: {command: [a, "--lr={learning_rate}", "{mode}"]}
      parameters: {mode: fast}
      axes: {learning_rate: [1], setting: [{width: 2}]}
      """,
      overrides: ["learning_rat=2", "axes.depth=[1, 2]", "parameters.widht=3"],
      messages: [
        "--set learning_rat=2: “learning_rat” is no axis, parameter or placeholder of this grid, so "
          + "the program would not see it; did you mean “learning_rate”?",
        "--set axes.depth=[1, 2]: “depth” is no axis, parameter or placeholder of this grid, so "
          + "the program would not see it; there are learning_rate, setting, mode, width",
        "--set parameters.widht=3: “widht” is no axis, parameter or placeholder of this grid, so "
          + "the program would not see it; did you mean “width”?",
      ]),
    BrokenGrid(
      "override without a value",
      "parameters: {model: tiny}\n",
      overrides: ["temperature"],
      messages: [
        "--set temperature: there is no “=”; write key=value, such as --set temperature=0.5"
      ]),
    BrokenGrid(
      "override with an empty value",
      "parameters: {model: tiny}\n",
      overrides: ["temperature="],
      messages: [
        "--set temperature=: temperature has no value; give it one value, or remove the key"
      ]),
    BrokenGrid(
      "override without a key",
      "parameters: {model: tiny}\n",
      overrides: ["=3"],
      messages: [
        "--set =3: there is no key before “=”; write key=value, such as --set temperature=0.5"
      ]),
    BrokenGrid(
      "override with a wrong value",
      """
      parameters: {model: tiny}
      axes: {temperature: [1, 2]}
      """,
      overrides: ["temperature=hot"],
      messages: [
        "--set temperature=hot: “temperature” must be a number from 0.01 to 10, but is “hot”"
      ]),
    BrokenGrid(
      "override of an unknown parameter",
      "parameters: {model: tiny}\n",
      overrides: ["temprature=1"],
      messages: [
        "--set temprature=1: unknown key “temprature” under parameters; did you mean "
          + "“temperature”?"
      ]),
    BrokenGrid(
      "override with broken YAML",
      "parameters: {model: tiny}\n",
      overrides: ["temperature=[1"],
      messages: [
        "--set temperature=[1: this is not YAML: did not find expected ',' or ']' (while "
          + "parsing a flow sequence in line 1); close the bracket; quote text that contains "
          + "brackets, commas or “: ”"
      ]),
    BrokenGrid(
      "override through a list",
      """
      parameters: {model: tiny}
      exclude: [{seed: 1}]
      """,
      overrides: ["exclude.seed=2"],
      messages: [
        "--set exclude.seed=2: “exclude” holds a list, so nothing under it can be set; set "
          + "the whole list: --set 'exclude=[…]'"
      ]),
    BrokenGrid(
      "override of an unknown path",
      "parameters: {model: tiny}\n",
      overrides: ["program.name=builtin", "program.retires=1"],
      messages: [
        "--set program.retires=1: unknown key “retires” under program; did you mean “retries”?"
      ]),
    BrokenGrid(
      "override against a zip",
      """
      parameters: {model: tiny}
      axes: {s: [{seed: 1}, {seed: 2}]}
      """,
      overrides: ["seed=3"],
      messages: [
        "--set seed=3: “seed” has one value under `parameters` and is an axis too; remove "
          + "one of the two"
      ]),
    BrokenGrid(
      "many faults at once",
      """
      nme: x
      parameters:
        model: smal
        temprature: 0.5
      axes:
        seed: {count: 0}
        step: {from: 0, to: 10, by: 3}
      exclude:
        - {sead: 1}
      report:
        metric: acc
        rows: [stp]
      """,
      messages: [
        "g.yaml:1:1: unknown key “nme”; did you mean “name”?",
        "g.yaml:3:10: “model” must be tiny, small or medium, but is “smal”; did you mean “small”?",
        "g.yaml:4:3: unknown key “temprature” under parameters; did you mean “temperature”?",
        "g.yaml:6:9: axes.seed has no values; give it some, or remove the axis",
        "g.yaml:7:23: axes.step never reaches 10: its values are … 9, 12 …; write to: 9 or to: 12",
        "g.yaml:9:6: exclude[0] names “sead”, which is not an axis of this grid; did you "
          + "mean “seed”?",
        "g.yaml:11:11: the program reports no metric “acc”; did you mean “accuracy”?",
        "g.yaml:12:10: report.rows names “stp”, which is not an axis of this grid; did you "
          + "mean “step”?",
      ]),
  ]
}
