extension BrokenGrid {
  static let includes: [BrokenGrid] = [
    BrokenGrid(
      "included file is missing",
      """
      include: base.yaml
      parameters: {model: tiny}
      """,
      messages: [
        "g.yaml:1:10: the included file “base.yaml” cannot be read: no such file; its path "
          + "is taken from the folder of this file"
      ]),
    BrokenGrid(
      "included file is broken",
      """
      include: base.yaml
      parameters: {model: tiny}
      """,
      files: ["base.yaml": "axes:\n  sed: [1\n"],
      messages: [
        "base.yaml:3:1: this is not YAML: did not find expected ',' or ']' (while parsing "
          + "a flow sequence in line 2); close the bracket; quote text that contains brackets, "
          + "commas or “: ”"
      ]),
    BrokenGrid(
      "fault in an included file",
      """
      include: base.yaml
      parameters: {model: tiny}
      axes: {temprature: [1]}
      """,
      files: ["base.yaml": "axes:\n  sed: [1]\n"],
      messages: [
        "base.yaml:2:3: unknown key “sed” under axes; did you mean “seed”?",
        "g.yaml:3:8: unknown key “temprature” under axes; did you mean “temperature”?",
      ]),
    BrokenGrid(
      "files include each other",
      """
      include: a.yaml
      parameters: {model: tiny}
      """,
      files: ["a.yaml": "include: b.yaml\n", "b.yaml": "include: a.yaml\n"],
      messages: [
        "b.yaml:1:10: files include each other in a circle: g.yaml → a.yaml → b.yaml → "
          + "a.yaml; remove one of the includes"
      ]),
    BrokenGrid(
      "file includes itself",
      """
      include: g.yaml
      parameters: {model: tiny}
      """,
      messages: [
        "g.yaml:1:10: files include each other in a circle: g.yaml → g.yaml; remove one of "
          + "the includes"
      ]),
    BrokenGrid(
      "include is a mapping",
      """
      include: {file: a}
      parameters: {model: tiny}
      """,
      messages: [
        "g.yaml:1:10: include must be a path or a list of paths, but is a mapping"
      ]),
  ]
}
