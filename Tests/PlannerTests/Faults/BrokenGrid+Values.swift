extension BrokenGrid {
  static let values: [BrokenGrid] = [
    BrokenGrid(
      "word for a number",
      """
      parameters: {model: tiny}
      axes:
        temperature: [0.5, hot]
      """,
      messages: [
        "g.yaml:3:22: “temperature” must be a number from 0.01 to 10, but is “hot”"
      ]),
    BrokenGrid(
      "quoted number",
      """
      parameters: {model: tiny}
      axes:
        temperature: ["0.5"]
      """,
      messages: [
        "g.yaml:3:17: “temperature” must be a number from 0.01 to 10, but is the text "
          + "“0.5”; remove the quotes"
      ]),
    BrokenGrid(
      "number with underscores",
      """
      parameters: {model: tiny}
      axes:
        step: [1_000]
      """,
      messages: [
        "g.yaml:3:10: “step” must be an integer from 0 to 10000, but is “1_000”; write 1000"
      ]),
    BrokenGrid(
      "fraction for an integer",
      """
      parameters: {model: tiny}
      axes:
        step: [1.5]
      """,
      messages: [
        "g.yaml:3:10: “step” must be an integer from 0 to 10000, but is “1.5”"
      ]),
    BrokenGrid(
      "number out of range",
      "parameters: {model: tiny, learning_rate: 2}\n",
      messages: [
        "g.yaml:1:42: “learning_rate” must be a number from 0 to 1, but is 2"
      ]),
    BrokenGrid(
      "negative seed",
      """
      parameters: {model: tiny}
      axes:
        seed: [-1]
      """,
      messages: [
        "g.yaml:3:10: “seed” must be an integer of at least 0, but is -1"
      ]),
    BrokenGrid(
      "unknown choice",
      "parameters: {model: smal}\n",
      messages: [
        "g.yaml:1:21: “model” must be tiny, small or medium, but is “smal”; did you mean “small”?"
      ]),
    BrokenGrid(
      "choice far off",
      "parameters: {model: gigantic}\n",
      messages: [
        "g.yaml:1:21: “model” must be tiny, small or medium, but is “gigantic”"
      ]),
    BrokenGrid(
      "yes for true",
      "parameters: {model: tiny, mask_first: yes}\n",
      messages: [
        "g.yaml:1:39: “mask_first” must be true or false, but is “yes”; write true"
      ]),
    BrokenGrid(
      "misspelt tie",
      "parameters: {model: tiny, loss_temperature: tide}\n",
      messages: [
        "g.yaml:1:45: “loss_temperature” must be a number from 0.01 to 10 or “tied”, but "
          + "is “tide”; did you mean “tied”?"
      ]),
    BrokenGrid(
      "infinite value",
      """
      parameters: {model: tiny}
      axes:
        temperature: [.inf]
      """,
      messages: [
        "g.yaml:3:17: axes.temperature[0] is .inf, but must be finite"
      ]),
    BrokenGrid(
      "value that is not a number",
      "parameters: {model: tiny, temperature: .nan}\n",
      messages: [
        "g.yaml:1:40: parameters.temperature is .nan, but must be finite"
      ]),
    BrokenGrid(
      "overflowing value",
      "parameters: {model: tiny, temperature: 1e999}\n",
      messages: [
        "g.yaml:1:40: parameters.temperature is 1e999, but must be finite"
      ]),
    BrokenGrid(
      "mapping for a value",
      "parameters: {model: {size: tiny}}\n",
      messages: [
        "g.yaml:1:21: parameters.model must be one value, but is a mapping; several values "
          + "make an axis: write them under `axes`"
      ]),
  ]
}
