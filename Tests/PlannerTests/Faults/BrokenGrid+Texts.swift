extension BrokenGrid {
  static let texts: [BrokenGrid] = [
    BrokenGrid(
      "empty file",
      "",
      messages: [
        "g.yaml:1:1: the file says nothing; a grid has `parameters` and `axes`"
      ]),
    BrokenGrid(
      "only a comment",
      "# nothing yet\n",
      messages: [
        "g.yaml:1:1: the file says nothing; a grid has `parameters` and `axes`"
      ]),
    BrokenGrid(
      "not a mapping",
      """
      - a
      - b
      """,
      messages: [
        "g.yaml:1:1: the grid must be a mapping with `axes` and the like, but is a list"
      ]),
    BrokenGrid(
      "a word",
      "temperature\n",
      messages: [
        "g.yaml:1:1: the grid must be a mapping with `axes` and the like, but is “temperature”"
      ]),
    BrokenGrid(
      "tab as indentation",
      """
      axes:
      \tseed: {count: 2}
      """,
      messages: [
        "g.yaml:2:1: this is not YAML: found character that cannot start any token (while "
          + "scanning for the next token in line 2); indent with spaces, not tabs; quote text "
          + "that begins with @, ` or %"
      ]),
    BrokenGrid(
      "unclosed bracket",
      """
      parameters: {model: tiny}
      axes:
        seed: [0, 1
      report: {metric: accuracy}
      """,
      messages: [
        "g.yaml:4:7: this is not YAML: did not find expected ',' or ']' (while parsing a "
          + "flow sequence in line 3); close the bracket; quote text that contains brackets, "
          + "commas or “: ”"
      ]),
    BrokenGrid(
      "colon in plain text",
      "about: one: two\n",
      messages: [
        "g.yaml:1:11: this is not YAML: mapping values are not allowed in this context; "
          + "look at the indentation; quote text that contains “: ”"
      ]),
    BrokenGrid(
      "misaligned key",
      """
      parameters:
        model: tiny
       method: em
      """,
      messages: [
        "g.yaml:3:2: this is not YAML: did not find expected key (while parsing a block "
          + "mapping in line 1); keys of one mapping begin in one column"
      ]),
    BrokenGrid(
      "missing colon",
      """
      parameters
        model: tiny
      """,
      messages: [
        "g.yaml:2:8: this is not YAML: mapping values are not allowed in this context; "
          + "look at the indentation; quote text that contains “: ”"
      ]),
    BrokenGrid(
      "undefined alias",
      """
      parameters: {model: tiny}
      axes:
        seed: *seeds
      """,
      messages: [
        "g.yaml:3:9: this is not YAML: found undefined alias; quote text that begins with *"
      ]),
    BrokenGrid(
      "two documents",
      """
      parameters: {model: tiny}
      ---
      parameters: {model: tiny}
      """,
      messages: [
        "g.yaml:2:1: this is not YAML: but found another document (expected a single "
          + "document in the stream in line 1); a grid file holds one grid: remove the line "
          + "“---” or “...” in its midst"
      ]),
    BrokenGrid(
      "control character",
      "about: a\u{7}b\n",
      messages: [
        "g.yaml:1:9: the character U+0007 cannot stand in YAML; remove it, or write it as "
          + "an escape in double quotes"
      ]),
    BrokenGrid(
      "custom tag",
      """
      parameters: {model: tiny}
      axes:
        seed: !range [0, 2]
      """,
      messages: [
        "g.yaml:3:9: the tag “!range” means nothing here; remove it"
      ]),
    BrokenGrid(
      "key that is a list",
      """
      parameters: {model: tiny}
      ? [a, b]
      : 3
      """,
      messages: [
        "g.yaml:2:3: a key at the top is a list or a mapping; a key is a word; quote it if "
          + "need be"
      ]),
    BrokenGrid(
      "duplicate key at the top",
      """
      parameters: {model: tiny}
      axes:
        seed: {count: 2}
      parameters: {model: small}
      """,
      messages: [
        "g.yaml:4:1: key “parameters” stands twice, first in line 1; remove one of the two"
      ]),
    BrokenGrid(
      "duplicate keys below",
      """
      parameters:
        model: tiny
        seed: 1
        model: small
      axes:
        step: [1]
        step: [2]
        step: [3]
      """,
      messages: [
        "g.yaml:4:3: key “model” stands twice under parameters, first in line 2; remove "
          + "one of the two",
        "g.yaml:7:3: key “step” stands twice under axes, first in line 6; remove one of the two",
        "g.yaml:8:3: key “step” stands twice under axes, first in line 6; remove one of the two",
      ]),
    BrokenGrid(
      "duplicate quoted key",
      "parameters: {model: tiny, \"model\": small}\n",
      messages: [
        "g.yaml:1:27: key “model” stands twice under parameters, first in line 1; remove "
          + "one of the two"
      ]),
    BrokenGrid(
      "nested too deeply",
      "a: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "\n",
      messages: [
        "g.yaml:1:1: unknown key “a”; there are name, about, include, program, preset, "
          + "parameters, axes, variants, where, exclude, replicate and 4 more",
        "g.yaml:1:67: lists and mappings are nested more than 64 deep; a grid needs about six",
      ]),
    BrokenGrid(
      "alias bomb",
      bomb,
      messages: [
        "g.yaml:2:8: 80 aliases of 9 anchors could expand without end; write the values "
          + "out, or use `include`"
      ]),
    BrokenGrid(
      "unclosed quote",
      """
      about: "never ends
      parameters: {model: tiny}
      """,
      messages: [
        "g.yaml:3:1: this is not YAML: found unexpected end of stream (while scanning a "
          + "quoted scalar in line 1); close the quote"
      ]),
    BrokenGrid(
      "text that begins with a percent sign",
      """
      parameters: {model: tiny}
      about: %cpu
      """,
      messages: [
        "g.yaml:2:8: this is not YAML: found character that cannot start any token (while "
          + "scanning for the next token in line 2); indent with spaces, not tabs; quote text "
          + "that begins with @, ` or %"
      ]),
  ]

  /// Nine anchors, each ten times the one before: 10⁹ values.
  private static let bomb =
    "a: &a [1, 2]\n"
    + zip("abcdefgh", "bcdefghi").map { below, name in
      "\(name): &\(name) [" + Array(repeating: "*\(below)", count: 10).joined(separator: ", ")
        + "]\n"
    }.joined()
}
