extension BrokenGrid {
  /// A grid of two methods, two temperatures, four seeds and three steps with these claims.
  private static func claiming(
    _ name: String, _ claims: String, overrides: [String] = [], messages: [String]
  ) -> BrokenGrid {
    BrokenGrid(
      name,
      """
      parameters: {model: tiny}
      axes:
        method: [none, em]
        temperature: [0.3, 0.5, 1]
        seed: {count: 4}
        step: [0, 5, 10]
      claims:

      """ + claims.split(separator: "\n").map { "  \($0)\n" }.joined(), overrides: overrides,
      messages: messages)
  }

  static let claims: [BrokenGrid] = [
    claiming(
      "a claim that says nothing",
      "- {}",
      messages: [
        "g.yaml:8:5: claims[0] lacks “id”",
        "g.yaml:8:5: claims[0] lacks “test”",
        "g.yaml:8:5: claims[0] lacks “metric”",
      ]),
    claiming(
      "claims are a mapping",
      "{id: a}",
      messages: ["g.yaml:8:3: claims must be a list, but is a mapping"]),
    claiming(
      "a misspelt test",
      """
      - {id: a, test: paired-diference, metric: accuracy}
      - {id: b, test: t-test, metric: accuracy}
      """,
      messages: [
        "g.yaml:8:19: claims[0].test is “paired-diference”, which means nothing there; did you mean "
          + "“paired-difference”?",
        "g.yaml:9:19: claims[1].test is “t-test”, which means nothing there; write one of "
          + "paired-difference, median-difference, max-over-mean, trend, interior-peak, "
          + "variance-ratio, correlation, order, equivalence",
      ]),
    claiming(
      "a misspelt key of a claim",
      "- {id: a, test: trend, metric: accuracy, over: step, of: {method: em, temperature: 1}, "
        + "expects: increasing}",
      messages: [
        "g.yaml:8:5: claims[0] lacks “expect”, which a claim of the test trend needs; say what is "
          + "expected, such as `expect: \"> 0\"`",
        "g.yaml:8:90: unknown key “expects” under claims[0]; did you mean “expect”?",
      ]),
    claiming(
      "a misspelt metric of a claim",
      "- {id: a, test: max-over-mean, metric: acuracy, of: {method: em, temperature: 1, step: 5}, "
        + "expect: \"> 0.1\"}",
      messages: [
        "g.yaml:8:42: the program reports no metric “acuracy”; did you mean “accuracy”?"
      ]),
    claiming(
      "two claims of one name",
      """
      - id: a b
        test: equivalence
        metric: accuracy
        of: {method: em, temperature: 1, step: 5}
        against: {step: 0}
        margin: 0.01
      - id: a b
        test: equivalence
        metric: accuracy
        of: {method: em, temperature: 1, step: 5}
        against: {step: 0}
        margin: 0
      """,
      messages: [
        "g.yaml:8:9: “a b” cannot be a name; use letters, digits, _ and -, beginning with a letter",
        "g.yaml:14:9: “a b” cannot be a name; use letters, digits, _ and -, beginning with a letter",
        "g.yaml:14:9: two claims are called “a b”, the first in line 8; give them different ids",
        "g.yaml:19:13: “0” says nothing: a margin of 0 or less can never be kept; name another bound",
      ]),
    claiming(
      "keys that a test needs or has no use for",
      """
      - id: a
        test: paired-difference
        metric: accuracy
        over: step
        margin: 0.1
      - id: b
        test: equivalence
        metric: accuracy
        of: {step: 5}
        against: {step: 0}
      - id: c
        test: correlation
        metric: accuracy
        of: {method: em, temperature: 1}
        expect: "> 0"
      - id: d
        test: interior-peak
        metric: accuracy
      """,
      messages: [
        "g.yaml:8:5: claims[0] lacks “of”, which a claim of the test paired-difference needs; select "
          + "the runs by values of axes, such as `of: {step: 10}`",
        "g.yaml:8:5: claims[0] lacks “against”, which a claim of the test paired-difference needs; "
          + "select the runs to compare with, such as `against: {step: 0}`",
        "g.yaml:8:5: claims[0] lacks “expect”, which a claim of the test paired-difference needs; say "
          + "what is expected, such as `expect: \"> 0\"`",
        "g.yaml:11:5: “over” means nothing to a claim of the test paired-difference; remove it",
        "g.yaml:12:5: “margin” means nothing to a claim of the test paired-difference; remove it",
        "g.yaml:13:5: claims[1] lacks “margin”, which a claim of the test equivalence needs; say how "
          + "large a difference does not matter, such as `margin: 0.02`",
        "g.yaml:18:5: claims[2] lacks “over or with”, which a claim of the test correlation needs; "
          + "name an axis under `over`, or another metric under `with`",
        "g.yaml:23:5: claims[3] lacks “over”, which a claim of the test interior-peak needs; name an "
          + "axis",
      ]),
    claiming(
      "expectations that cannot be read",
      """
      - id: a
        test: paired-difference
        metric: accuracy
        of: {method: em, temperature: 1, step: 5}
        against: {step: 0}
        expect: higher
      - id: b
        test: trend
        metric: accuracy
        of: {method: em, temperature: 1}
        over: step
        expect: up
      - {id: c, test: max-over-mean, metric: accuracy, of: {method: em, temperature: 1, step: 5}, expect: "= 0 within 1"}
      - {id: d, test: variance-ratio, metric: accuracy, of: {method: em, temperature: 1, step: 5}, against: {step: 0}, expect: ">> 1"}
      - {id: e, test: interior-peak, metric: accuracy, of: {method: em, temperature: 1}, over: step, expect: "< 0"}
      """,
      messages: [
        "g.yaml:13:13: “higher” is nothing that the test paired-difference can expect; write \"> 0\", "
          + "\"< 0\" or \"= 0 within 0.02\"",
        "g.yaml:19:13: “up” is nothing that the test trend can expect; write increasing, decreasing, "
          + "\"> 0.1\", \"< 0.1\" or \"= 0 within 0.02\"",
        "g.yaml:20:103: “= 0 within 1” is nothing that the test max-over-mean can expect; write "
          + "\"> 0.1\" or \"< 0.1\"",
        "g.yaml:21:124: “>> 1” is nothing that the test variance-ratio can expect; write \"> 1\" or "
          + "\"< 1\"",
        "g.yaml:22:106: “< 0” is nothing that the test interior-peak can expect; write \"> 0\" or a "
          + "larger bound",
      ]),
    claiming(
      "expectations that always hold",
      """
      - {id: a, test: max-over-mean, metric: accuracy, of: {method: em, temperature: 1, step: 5}, expect: "> 0"}
      - {id: b, test: variance-ratio, metric: accuracy, of: {method: em, temperature: 1, step: 5}, against: {step: 0}, expect: "> -1"}
      - {id: c, test: correlation, metric: accuracy, of: {method: em, temperature: 1}, over: step, expect: "< 1"}
      """,
      messages: [
        "g.yaml:8:103: “> 0” says nothing: the best of several that differ is always above their mean; "
          + "name another bound",
        "g.yaml:9:124: “> -1” says nothing: a ratio of variances is always above 0; name another bound",
        "g.yaml:10:104: “< 1” says nothing: a correlation lies between -1 and 1; name another bound",
      ]),
    claiming(
      "an expectation without quotes",
      """
      - id: a
        expect: > 0
      """,
      messages: [
        "g.yaml:9:15: this is not YAML: did not find expected comment or line break (while scanning a "
          + "block scalar in line 9); quote text that begins with > or |"
      ]),
    claiming(
      "selections of unknown axes and values",
      """
      - id: a
        test: paired-difference
        metric: accuracy
        of: {methd: em, temperature: 0.7, step: 5}
        against: {method: nine, model: small}
        expect: "> 0"
      - id: b
        test: trend
        metric: accuracy
        of: {method: em, temperature: 1}
        over: steps
        across: [seed, prompt]
        expect: increasing
      """,
      messages: [
        "g.yaml:11:10: claims[0].of names “methd”, which is not an axis of this grid; did you mean "
          + "“method”?",
        "g.yaml:11:34: claims[0].of.temperature asks for temperature = 0.7, which no run of this grid "
          + "has; there are 0.3, 0.5, 1",
        "g.yaml:12:23: claims[0].against.method asks for method = nine, which no run of this grid has; "
          + "did you mean “none”?",
        "g.yaml:12:36: claims[0].against.model asks for model = small, which no run of this grid has; "
          + "there is tiny",
        "g.yaml:18:11: claims[1].over names “steps”, which is not an axis of this grid; did you mean "
          + "“step”?",
        "g.yaml:19:20: claims[1].across names “prompt”, which is not an axis of this grid; there are "
          + "method, temperature, seed, step",
      ]),
    claiming(
      "axes used twice",
      """
      - id: a
        test: trend
        metric: accuracy
        of: {method: em, temperature: 1, seed: 0, step: 5}
        over: step
        expect: increasing
      - id: b
        test: trend
        metric: accuracy
        of: {method: em, temperature: 1}
        over: step
        across: [seed, step]
        expect: increasing
      """,
      messages: [
        "g.yaml:11:38: claims[0].of.seed is one value of “seed”, but the claim takes the mean over all "
          + "of them; leave it out, or name other axes under `across`",
        "g.yaml:11:47: claims[0].of.step is one value of “step”, but the claim looks at all of them; "
          + "leave it out, or name another axis under `over`",
        "g.yaml:18:11: “over: step” and “across: step” do not go together under claims[1]; remove one "
          + "of the two",
      ]),
    claiming(
      "a peak between two",
      "- {id: a, test: interior-peak, metric: accuracy, of: {temperature: 1, step: 5}, over: method}",
      messages: [
        "g.yaml:8:89: the axis “method” has 2 values, but claims[0].over needs at least 3"
      ]),
    claiming(
      "a list where a claim takes one selection, and the other way",
      """
      - {id: a, test: order, metric: accuracy, of: {method: em}}
      - {id: b, test: trend, metric: accuracy, of: [{method: em}, {method: none}], over: step, expect: increasing}
      - {id: c, test: order, metric: accuracy, of: [{method: em}]}
      """,
      messages: [
        "g.yaml:8:48: claims[0].of must be a list of selections, the one with the highest metric first, "
          + "but is a mapping",
        "g.yaml:9:48: claims[1].of must be a mapping of axes to values, but is a list",
        "g.yaml:10:48: claims[2].of must have at least 2 entries",
      ]),
    claiming(
      "compared with itself",
      """
      - id: a
        test: paired-difference
        metric: accuracy
        of: {method: em, temperature: 1, step: 5}
        against: {method: em}
        expect: "> 0"
      - {id: b, test: equivalence, metric: accuracy, of: {}, against: {step: 5}, margin: 0.1}
      """,
      messages: [
        "g.yaml:12:14: claims[0].against selects the same runs as what it is compared with; select "
          + "other values",
        "g.yaml:14:54: claims[1].of names nothing and would select every run; name a value, or remove "
          + "it",
      ]),
    claiming(
      "axes left open",
      """
      - id: a
        test: trend
        metric: accuracy
        of: {method: em}
        over: step
        expect: increasing
      - id: b
        test: order
        metric: accuracy
        of: [{method: em, temperature: 0.5, step: 10}, {step: 5}, {method: none}]
      """,
      messages: [
        "g.yaml:11:9: claims[0].of leaves “temperature” open, on which its runs differ: 0.3, 0.5, 1; "
          + "select one value, or name the axis under `across` to take the mean over it"
      ]),
    BrokenGrid(
      "claims that the runs do not bear out",
      """
      parameters: {model: tiny}
      axes:
        method: [none, em]
        temperature: [0.3, 0.5]
        seed: {count: 4}
      exclude:
        - {method: none, temperature: 0.5}
        - {method: none, seed: 0}
        - {method: none, seed: 1}
        - {method: none, seed: 2}
        - {method: none, seed: 3}
      claims:
        - id: a
          test: paired-difference
          metric: accuracy
          of: {method: em, temperature: 0.5}
          against: {method: none}
          expect: "> 0"
        - {id: b, test: max-over-mean, metric: accuracy, expect: "> 0.1"}
      """,
      messages: [
        "g.yaml:17:14: claims[0].against matches no run of this grid; name values that go together",
        "g.yaml:19:5: claims[1] leaves “temperature” open, on which its runs differ: 0.3, 0.5; select "
          + "one value, or name the axis under `across` to take the mean over it",
      ]),
    BrokenGrid(
      "claims of a grid without replicates",
      """
      parameters: {model: tiny}
      axes:
        temperature: [0.3, 0.5, 1]
      claims:
        - {id: a, test: interior-peak, metric: accuracy, over: temperature}
      """,
      messages: [
        "g.yaml:5:5: claims[0] has no replicates: the grid has no axis to take a mean over; name axes "
          + "under `across`, such as a seed"
      ]),
    BrokenGrid(
      "a statistic and a best that there are not",
      """
      parameters: {model: tiny}
      axes: {seed: {count: 2}}
      report: {statistic: average, best: high}
      """,
      messages: [
        "g.yaml:3:21: report.statistic is “average”, which means nothing there; write one of mean, "
          + "variance, std, stderr, skewness, min, q25, median, q75, max",
        "g.yaml:3:36: report.best is “high”, which means nothing there; did you mean “highest”?",
      ]),
    claiming(
      "an override takes an axis of a claim away",
      "- {id: a, test: trend, metric: accuracy, of: {method: em, temperature: 0.5}, over: step, expect: "
        + "increasing}",
      overrides: ["step=5"],
      messages: [
        "g.yaml:8:86: claims[0].over names “step”, which is not an axis of this grid; there are method, "
          + "temperature, seed"
      ]),
  ]
}
