import Aggregator
import Foundation
import Grid
import Testing

@testable import Report

/// Every kind of plot against its golden file.
@Suite struct PlotTests {
  /// Accuracy rises and then falls, sooner at higher learning rates; some runs fail.
  private let training = SyntheticRuns([
    ("learning_rate", SyntheticRuns.numbers(3e-4, 1e-3, 2e-3)),
    ("seed", SyntheticRuns.range(0...7)), ("step", SyntheticRuns.range(0...12)),
  ]) { values, noise in
    let rate = values[0].double! * 1000
    let step = values[2].double!
    let seed = values[1].integer!
    if rate == 2, step == 9 || step == 10 && seed < 5 { return nil }
    let base = 0.52 + 0.09 * rate * step * exp(-rate * step / 4) - 0.008 * rate * step
    return step == 0 ? 0.52 : base + 0.004 * step.squareRoot() * noise
  }

  @Test func curvesWithBands() throws {
    let plot = CurvePlot(data: training.data(x: "step", series: "learning_rate"))
    let figure = plot.figure(named: "curves")
    #expect(try figureMismatch(figure) == nil)
    #expect(
      figure.caption == [
        "accuracy against step; mean over seed; band: 95% BCa interval of the mean; n = 3 to 8.",
        "One line for each learning_rate.",
        "Without a value: 13 of 312 runs (13 failed). A hollow mark is the mean of the values that "
          + "there are; a cross stands where there is none.",
      ])
  }

  @Test func curvesOverAWideRangeAreLogarithmic() throws {
    let runs = SyntheticRuns([
      ("objective", SyntheticRuns.words("entropy", "varentropy", "self-certainty")),
      (
        "learning_rate",
        SyntheticRuns.numbers(
          1e-7, 2e-7, 5e-7, 1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3)
      ),
      ("seed", SyntheticRuns.range(0...15)),
    ]) { values, noise in
      let order =
        log10(values[1].double!)
        + [4.7, 4.4, 4.2][["e": 0, "v": 1, "s": 2][values[0].string!.first!.description]!]
      return 45 * exp(-order * order) / (1 + exp(3 * (order - 0.6))) + 31 / (1 + exp(6 * order))
        + noise * 2
    }
    let plot = CurvePlot(data: runs.data(x: "learning_rate", series: "objective"))
    #expect(try figureMismatch(plot.figure(named: "curves-log")) == nil)
  }

  @Test func orderedSeriesInPanels() throws {
    let runs = SyntheticRuns(
      [
        ("model", SyntheticRuns.words("small", "medium", "a model with a very long name, cut off")),
        ("temperature", (1...10).map { .number(Double($0) / 10) }),
        ("seed", SyntheticRuns.range(0...3)), ("step", SyntheticRuns.range(0...20)),
      ], metric: "loss"
    ) { values, noise in
      let step = values[3].double!
      return 1.4e-5 * exp(-step * values[1].double! / 8) * (1 + 0.02 * noise)
    }
    let plot = CurvePlot(data: runs.data(x: "step", series: "temperature", facets: ["model"]))
    #expect(try figureMismatch(plot.figure(named: "curves-panels")) == nil)
  }

  /// The shape of the paper's training temperatures: 16 seeds, one outlier.
  private let temperatures = SyntheticRuns([
    ("temperature", (1...10).map { .number(Double($0) / 10) }),
    ("seed", SyntheticRuns.range(0...15)),
  ]) { values, noise in
    let temperature = values[0].double!
    let seed = values[1].integer!
    if temperature == 0.3, seed < 2 { return nil }
    if temperature == 0.5, seed == 15 { return 0.5603 }
    return 0.38 + 0.05 * temperature + 0.02 * noise
  }

  @Test func boxesWithPoints() throws {
    let plot = DistributionPlot(data: temperatures.data(x: "temperature"), form: .box)
    let figure = plot.figure(named: "boxes")
    #expect(try figureMismatch(figure) == nil)
    #expect(
      figure.caption == [
        "accuracy by temperature; box: quartiles and median; whiskers: to the last value within 1.5 "
          + "interquartile ranges; points: one for each seed; n = 14 to 16.",
        "Without a value: 2 of 160 runs (2 failed). Each has a cross at the foot, many share one "
          + "with their number.",
      ])
  }

  @Test func boxesBesideEachOther() throws {
    let runs = SyntheticRuns([
      ("method", SyntheticRuns.words("em", "grpo", "em then grpo")),
      ("model", SyntheticRuns.words("S", "M", "L")), ("seed", SyntheticRuns.range(0...9)),
    ]) { values, noise in
      0.4 + 0.1 * Double(values[0].string!.count) / 4 + (values[1].string == "L" ? 0.1 : 0) + 0.03
        * noise
    }
    let plot = DistributionPlot(data: runs.data(x: "method", series: "model"), form: .box)
    #expect(try figureMismatch(plot.figure(named: "boxes-series")) == nil)
  }

  @Test func strips() throws {
    let runs = SyntheticRuns([
      ("method", SyntheticRuns.words("none", "entropy minimization", "grpo", "entropy, then grpo")),
      ("seed", SyntheticRuns.range(0...5)),
    ]) { values, noise in
      let method = values[0].string!
      if method == "grpo", values[1] == .integer(4) { return nil }
      return method == "none" ? 0.52 : 0.5 + Double(method.count) / 60 + 0.02 * noise
    }
    let plot = DistributionPlot(data: runs.data(x: "method"), form: .strip)
    #expect(try figureMismatch(plot.figure(named: "strips")) == nil)
  }

  @Test func emptyDataAreAFigureToo() throws {
    let runs = SyntheticRuns([
      ("step", SyntheticRuns.range(0...3)), ("seed", SyntheticRuns.range(0...1)),
    ]) { _, _ in nil }
    let curve = CurvePlot(data: runs.data(x: "step")).figure(named: "curves-empty")
    #expect(try figureMismatch(curve) == nil)
    for form in [DistributionPlot.Form.box, .strip] {
      let figure = DistributionPlot(data: runs.data(x: nil, pooled: ["seed", "step"]), form: form)
        .figure(named: "empty")
      #expect(!figure.svg.contains("nan") && !figure.svg.contains("inf"))
    }
  }
}

/// The figures that are not of one metric over one axis.
@Suite struct OtherPlotTests {
  private let sweep = SyntheticRuns([
    ("learning_rate", SyntheticRuns.numbers(1e-4, 3e-4, 1e-3, 2e-3, 4e-3)),
    ("step", SyntheticRuns.range(0...9)), ("seed", SyntheticRuns.range(0...3)),
  ]) { values, noise in
    let rate = values[0].double! * 1000
    let step = values[1].double!
    if rate == 4, step > 7 { return nil }
    if rate == 2, step == 9, values[2] == .integer(1) { return nil }
    return 0.52 + 0.09 * rate * step * exp(-rate * step / 4) - 0.01 * rate * step + 0.004 * noise
  }

  @Test func heatMaps() throws {
    let figure = HeatMapPlot(data: sweep.data(x: "step", series: "learning_rate"))
      .figure(named: "heatmap")
    #expect(try figureMismatch(figure) == nil)
    #expect(
      figure.caption == [
        "accuracy by step and learning_rate; mean over seed; n = 3 to 4; intervals stand in the "
          + "tables.", "One row for each learning_rate.",
        "Without a value: 9 of 200 runs (9 failed). A ring marks the mean of the values that there "
          + "are; a cell is hatched where there is none.",
      ])
  }

  @Test func heatMapsInPanels() throws {
    let runs = SyntheticRuns([
      ("model", SyntheticRuns.words("S", "M")),
      ("temperature", (1...6).map { .number(Double($0) / 10) }),
      (
        "objective",
        SyntheticRuns.words("entropy", "entropy of the answers' clusters", "varentropy")
      ),
      ("seed", SyntheticRuns.range(0...1)),
    ]) { values, noise in values[1].double! / 10 + 0.01 * noise }
    let plot = HeatMapPlot(
      data: runs.data(x: "temperature", series: "objective", facets: ["model"]))
    #expect(try figureMismatch(plot.figure(named: "heatmap-panels")) == nil)
  }

  @Test func histograms() throws {
    let runs = SyntheticRuns(
      [
        ("method", SyntheticRuns.words("base", "em", "rl", "em then rl")),
        ("seed", SyntheticRuns.range(0...199)),
      ], metric: "logit"
    ) { values, noise in
      let method = values[0].string!
      return method.hasPrefix("em") ? 11.85 + 4 * exp(0.6 * noise) : 24.26 + 12.15 * noise
    }
    let plot = HistogramPlot(data: runs.data(x: nil, series: "method"))
    #expect(try figureMismatch(plot.figure(named: "histograms")) == nil)
    let single = HistogramPlot(data: runs.data(x: nil, pooled: ["seed", "method"]))
    #expect(try figureMismatch(single.figure(named: "histogram")) == nil)
    let none = SyntheticRuns([("seed", SyntheticRuns.range(0...3))]) { _, _ in nil }
    #expect(!HistogramPlot(data: none.data(x: nil)).figure(named: "none").svg.contains("nan"))
  }

  @Test func forests() throws {
    func row(
      _ label: String, _ effect: Double?, _ low: Double?, _ high: Double?,
      _ verdict: ForestPlot.Verdict, _ measure: String = "difference of accuracy",
      neutral: Double = 0
    ) -> ForestPlot.Row {
      ForestPlot.Row(
        label: label, effect: effect, low: low, high: high, verdict: verdict, measure: measure,
        neutral: neutral)
    }
    let plot = ForestPlot(
      rows: [
        row(
          "em-helps: ten steps of EM on one prompt raise greedy accuracy", 0.046, 0.031, 0.060,
          .supported),
        row("em-hurts-rl: EM after RL lowers accuracy", 0.012, 0.002, 0.022, .contradicted),
        row(
          "temperature: moderate temperatures have more variance over the seeds than low ones, as "
            + "the text of the paper says of its third figure", 1.31, 0.42, 4.05, .undecided,
          "ratio of variances of accuracy", neutral: 1),
        row("no-spread: replicates that do not differ", 0.01, nil, nil, .undecided),
        row("missing: nothing to compare", nil, nil, nil, .undecided),
      ], interval: "95% BCa interval")
    #expect(try figureMismatch(plot.figure(named: "forest")) == nil)
  }
}
