extension BrokenGrid {
  static let variants: [BrokenGrid] = [
    BrokenGrid(
      "variants are empty",
      """
      parameters: {model: tiny}
      variants: []
      """,
      messages: [
        "g.yaml:2:11: variants must have at least 1 entry"
      ]),
    BrokenGrid(
      "variant with an unknown key",
      """
      parameters: {model: tiny}
      variants:
        - parameter: {seed: 1}
      """,
      messages: [
        "g.yaml:3:5: unknown key “parameter” under variants[0]; did you mean “parameters”?"
      ]),
    BrokenGrid(
      "variant sets a value twice",
      """
      parameters: {model: tiny}
      variants:
        - parameters: {seed: 1}
          axes: {seed: [1, 2]}
      """,
      messages: [
        "g.yaml:4:12: “seed” has one value under `parameters` and is an axis too; remove "
          + "one of the two"
      ]),
    BrokenGrid(
      "variants that are one run under two labels",
      """
      parameters: {model: tiny}
      variants:
        - axes: {s: [{label: a, seed: 1}]}
        - axes: {s: [{label: b, seed: 1}]}
      """,
      messages: [
        "g.yaml:3:12: “s=a” and “s=b” give every parameter the same value and would be one "
          + "run; remove one of the two"
      ]),
    BrokenGrid(
      "variant of a wrong value",
      """
      parameters: {model: tiny}
      variants:
        - parameters: {method: rl}
        - axes: {sed: [1]}
      """,
      messages: [
        "g.yaml:3:26: “method” must be none or em, but is “rl”",
        "g.yaml:4:12: unknown key “sed” under variants[1].axes; did you mean “seed”?",
      ]),
  ]
}
