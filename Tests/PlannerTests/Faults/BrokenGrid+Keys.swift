extension BrokenGrid {
  static let keys: [BrokenGrid] = [
    BrokenGrid(
      "unknown key at the top",
      """
      parameters: {model: tiny}
      axis:
        seed: {count: 2}
      """,
      messages: [
        "g.yaml:2:1: unknown key “axis”; did you mean “axes”?"
      ]),
    BrokenGrid(
      "unknown key without a neighbour",
      """
      parameters: {model: tiny}
      budget: 3
      """,
      messages: [
        "g.yaml:2:1: unknown key “budget”; there are name, about, include, program, "
          + "preset, parameters, axes, variants, where, exclude, replicate and 4 more"
      ]),
    BrokenGrid(
      "misspelt parameter",
      "parameters: {model: tiny, temprature: 0.5}\n",
      messages: [
        "g.yaml:1:27: unknown key “temprature” under parameters; did you mean “temperature”?"
      ]),
    BrokenGrid(
      "initials of a parameter",
      "parameters: {model: tiny, lr: 0.1}\n",
      messages: [
        "g.yaml:1:27: unknown key “lr” under parameters; did you mean “learning_rate”?"
      ]),
    BrokenGrid(
      "parameter nobody knows",
      "parameters: {model: tiny, batch: 3}\n",
      messages: [
        "g.yaml:1:27: unknown key “batch” under parameters; there are model, model_seed, "
          + "method, selection, temperature, loss_temperature, learning_rate, mask_first, "
          + "step, rl_step, seed and 3 more"
      ]),
    BrokenGrid(
      "misspelt axis",
      """
      parameters: {model: tiny}
      axes:
        sed: {count: 2}
      """,
      messages: [
        "g.yaml:3:3: unknown key “sed” under axes; did you mean “seed”?"
      ]),
    BrokenGrid(
      "parameters is a list",
      "parameters: [model, tiny]\n",
      messages: [
        "g.yaml:1:13: parameters must be a mapping, but is a list"
      ]),
    BrokenGrid(
      "axes is a text",
      """
      parameters: {model: tiny}
      axes: all
      """,
      messages: [
        "g.yaml:2:7: axes must be a mapping, but is “all”"
      ]),
    BrokenGrid(
      "axis is one value",
      """
      parameters: {model: tiny}
      axes:
        seed: 3
      """,
      messages: [
        "g.yaml:3:9: axes.seed must be an axis: a list, {from: …, to: …, by: …}, {count: "
          + "…} or {log: […], per_decade: …}, but is “3”"
      ]),
    BrokenGrid(
      "axis is empty",
      """
      parameters: {model: tiny}
      axes:
        seed: []
      """,
      messages: [
        "g.yaml:3:9: axes.seed has no values; give it some, or remove the axis"
      ]),
    BrokenGrid(
      "axis is nothing",
      """
      parameters: {model: tiny}
      axes:
        seed:
      """,
      messages: [
        "g.yaml:3:8: axes.seed must be an axis: a list, {from: …, to: …, by: …}, {count: "
          + "…} or {log: […], per_decade: …}, but is empty"
      ]),
    BrokenGrid(
      "axis is an empty mapping",
      """
      parameters: {model: tiny}
      axes:
        seed: {}
      """,
      messages: [
        "g.yaml:3:9: axes.seed must be an axis: a list, {from: …, to: …, by: …}, {count: "
          + "…} or {log: […], per_decade: …}, but is a mapping"
      ]),
    BrokenGrid(
      "axis counts nothing",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 0}
      """,
      messages: [
        "g.yaml:3:9: axes.seed has no values; give it some, or remove the axis"
      ]),
    BrokenGrid(
      "axis counts backwards",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: -3}
      """,
      messages: [
        "g.yaml:3:17: axes.seed.count is -3, but must be at least 0"
      ]),
    BrokenGrid(
      "axis counts in words",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: three}
      """,
      messages: [
        "g.yaml:3:17: axes.seed.count must be an integer, but is “three”"
      ]),
    BrokenGrid(
      "misspelt axis form",
      """
      parameters: {model: tiny}
      axes:
        seed: {cuont: 3}
      """,
      messages: [
        "g.yaml:3:10: unknown key “cuont” under axes.seed; did you mean “count”?"
      ]),
    BrokenGrid(
      "two axis forms at once",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 3, from: 1}
      """,
      messages: [
        "g.yaml:3:20: “count” and “from” do not go together under axes.seed; remove one of "
          + "the two"
      ]),
    BrokenGrid(
      "range without an end",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 0, by: 2}
      """,
      messages: [
        "g.yaml:3:9: axes.step lacks “to”"
      ]),
    BrokenGrid(
      "range with a misspelt key",
      """
      parameters: {model: tiny}
      axes:
        step: {from: 0, to: 4, bye: 2}
      """,
      messages: [
        "g.yaml:3:26: unknown key “bye” under axes.step; did you mean “by”?"
      ]),
    BrokenGrid(
      "parameter without a value",
      """
      parameters:
        model:
        method: em
      """,
      messages: [
        "g.yaml:2:9: parameters.model has no value; give it one value, or remove the key"
      ]),
    BrokenGrid(
      "parameter is a list",
      """
      parameters:
        model: [tiny, small]
      """,
      messages: [
        "g.yaml:2:10: parameters.model must be one value, but is a list; several values "
          + "make an axis: write them under `axes`"
      ]),
    BrokenGrid(
      "missing required parameter",
      """
      axes:
        seed: {count: 2}
      """,
      messages: [
        "g.yaml:1:1: the parameter “model” has no value and no default (The size of the "
          + "base model); give it one under `parameters`, or make it an axis"
      ]),
    BrokenGrid(
      "parameter at the top",
      """
      parameters: {model: tiny}
      temperature: 0.5
      """,
      messages: [
        "g.yaml:2:1: the parameter “temperature” stands at the top; write it under `parameters`"
      ]),
    BrokenGrid(
      "misspelt parameters",
      "paramters: {model: tiny}\n",
      messages: [
        "g.yaml:1:1: unknown key “paramters”; did you mean “parameters”?"
      ]),
  ]
}
