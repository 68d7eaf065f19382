extension BrokenGrid {
  /// A grid of two methods, four seeds and three steps with these figures.
  private static func showing(
    _ name: String, _ figures: String, messages: [String]
  ) -> BrokenGrid {
    BrokenGrid(
      name,
      """
      parameters: {model: tiny}
      axes:
        method: [none, em]
        seed: {count: 4}
        step: [0, 5, 10]
      report:
        figures:

      """ + figures.split(separator: "\n").map { "    \($0)\n" }.joined(), messages: messages)
  }

  static let figures: [BrokenGrid] = [
    showing(
      "a misspelt kind of figure",
      "- {kind: curves, x: step}\n- {x: step}",
      messages: [
        "g.yaml:8:14: report.figures[0].kind is “curves”, which means nothing there; did you mean "
          + "“curve”?",
        "g.yaml:9:7: report.figures[1] lacks “kind”",
      ]),
    showing(
      "names in a figure that the grid has not",
      "- {kind: curve, x: steps, metric: acuracy, seris: method}\n"
        + "- {kind: strip, where: model == tiny}",
      messages: [
        "g.yaml:8:24: report.figures[0].x names “steps”, which is not an axis of this grid; did you "
          + "mean “step”?",
        "g.yaml:8:39: the program reports no metric “acuracy”; did you mean “accuracy”?",
        "g.yaml:8:48: unknown key “seris” under report.figures[0]; did you mean “series”?",
        "g.yaml:9:28: report.figures[1].where names “model”, which is not an axis of this grid; "
          + "there are method, seed, step",
      ]),
    showing(
      "roles that do not go together",
      "- {kind: heatmap, x: step, y: step}\n- {kind: curve, x: step, y: method}\n"
        + "- {kind: histogram, scale: log}",
      messages: [
        "g.yaml:8:35: “step” has two roles in the figure; name each axis once: x, y, series or facet",
        "g.yaml:9:30: “y” means nothing to a figure of the kind curve; remove it",
        "g.yaml:10:25: “scale” means nothing to a figure of the kind histogram; remove it",
      ]),
  ]
}
