import Aggregator
import Grid
import Statistics

extension ReportTable {
  /// What rules of early stopping would have cost.
  init(_ analysis: StoppingAnalysis) {
    let stopping = analysis.stopping
    let metric = DisplayText.printable(stopping.metric)
    let verdicts = analysis.verdicts
    let worths = verdicts.flatMap { [$0.value, $0.regret, $0.gain] }
    let style = NumberStyle(
      means: worths.compactMap(\.mean), halfWidths: worths.compactMap(\.interval?.halfWidth))
    let stepStyle = NumberStyle(decimals: 1, exponent: 0)
    var headers = [
      ["n"], ["stops early"], [DisplayText.printable(stopping.axis)], [metric], ["regret"],
    ]
    if let fixed = stopping.fixed { headers.append(["gain over \(Self.number(fixed))"]) }
    self.init(
      caption: [
        "What rules that look at no label would have cost, over n trajectories: means, ± half the width "
          + "of the \(worths.lazy.compactMap(\.interval).first?.name ?? "interval") of the mean.",
        "Regret is \(metric) at the trajectory's best step minus that where the rule stops.",
      ],
      labelHeaders: ["rule"],
      columnHeaders: headers,
      rows: Rows(
        verdicts.map { verdict in
          var entries = [
            Entry("\(verdict.value.count)"), Entry("\(verdict.fired)"),
            Entry(stepStyle.figure(verdict.step)), Entry(style.figure(verdict.value)),
            Entry(style.figure(verdict.regret)),
          ]
          if stopping.fixed != nil {
            entries.append(
              Entry(verdict.rule == nil ? "–" : style.figure(verdict.gain, signed: true)))
          }
          return Row(labels: [Self.name(verdict.rule, stopping)], entries: entries)
        }),
      notes: [
        "The best step is the best one on the very problems that it is judged by, which flatters it: "
          + "regret is the higher for it. A rule that sees nothing to stop for stops at the last step."
      ]
        + (verdicts.contains { $0.value.count < analysis.trajectories }
          ? [
            "Of \(analysis.trajectories) trajectories those are left out that lack a value at some step."
          ] : []))
  }

  private static func name(_ rule: Stopping.Rule?, _ stopping: Stopping) -> String {
    guard let rule else {
      return DisplayText.printable("\(stopping.axis) \(number(stopping.fixed ?? 0))")
    }
    let metric = DisplayText.printable(rule.metric)
    return switch rule.criterion {
    case .shareOfStart(let share): "\(metric) at most \(number(share)) of its start"
    case .above(let bound): "\(metric) above \(number(bound))"
    case .gainBelow(let gain): "\(metric) gains less than \(number(gain))"
    }
  }

  private static func number(_ value: Double) -> String {
    ParameterValue.number(value).description
  }
}
