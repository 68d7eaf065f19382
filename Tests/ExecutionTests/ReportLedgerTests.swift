import Grid
import Keys
import Testing

@testable import Execution

@Suite struct ReportLedgerTests {
  static let steps = (0...3).map {
    Stage(kind: "external", version: 1, parameters: ["lr": .number(0.1)], parents: [], step: $0)
  }
  static let single = Stage(kind: "external", version: 1, parameters: [:], parents: [])

  func take(_ ledger: inout ReportLedger, _ line: String) -> ReportLedger.Line {
    var line = line
    return line.withUTF8 { ledger.take(UnsafeRawBufferPointer($0)) }
  }

  func completed(_ step: Int, _ metrics: [String: Double]) -> ReportLedger.Completed {
    .init(stage: Self.steps[step].key, metrics: metrics)
  }

  func violation(_ message: String) -> Failure {
    Failure(reason: .protocolViolation, message: message)
  }

  @Test func aStepIsCompleteWhenTheProgramGoesOn() {
    var ledger = ReportLedger(stages: Self.steps, prefix: "step")
    #expect(take(&ledger, #"{"step": 0, "metrics": {"loss": 2}}"#) == .report([]))
    #expect(take(&ledger, #"{"step": 0, "metrics": {"loss": 1, "accuracy": 0.5}}"#) == .report([]))
    #expect(
      take(&ledger, #"{"step": 1, "metrics": {"loss": 0.5}}"#)
        == .report([completed(0, ["loss": 1, "accuracy": 0.5])]))
    #expect(
      take(&ledger, #"{"step": 3, "metrics": {"loss": 0.25}}"#)
        == .report([completed(1, ["loss": 0.5])]))
    #expect(!ledger.isComplete)
    #expect(
      ledger.finish()
        == .init(
          completed: [completed(3, ["loss": 0.25])],
          failure: violation("it ended without reporting metrics at step 2")))
  }

  /// A good end completes what was reported last, also where later steps are missing.
  @Test func theLastStepOfAGoodEndIsComplete() {
    var ledger = ReportLedger(stages: Self.steps, prefix: "step")
    _ = take(&ledger, #"{"step": 0, "metrics": {"loss": 2}}"#)
    #expect(
      ledger.finish()
        == .init(
          completed: [completed(0, ["loss": 2])],
          failure: violation("it ended without reporting metrics at step 1, 2, 3")))
  }

  @Test func stepsThatNobodyWantsAreIgnored() {
    var ledger = ReportLedger(stages: [Self.steps[2]], prefix: "step")
    for step in 0...3 {
      let line = take(&ledger, "{\"step\": \(step), \"metrics\": {\"loss\": 1}}")
      #expect(line == .report(step == 3 ? [completed(2, ["loss": 1])] : []))
    }
    #expect(ledger.isComplete)
    #expect(ledger.finish() == .init())
  }

  @Test func theAxisMayNameItsOwnStep() {
    let stages = [0, 10].map {
      Stage(kind: "external", version: 1, parameters: [:], parents: [], step: $0)
    }
    var ledger = ReportLedger(stages: stages, prefix: "epoch")
    #expect(take(&ledger, #"{"epoch": 0, "step": 500, "metrics": {"a": 1}}"#) == .report([]))
    #expect(
      take(&ledger, #"{"epoch": 10, "metrics": {"a": 2}}"#)
        == .report([.init(stage: stages[0].key, metrics: ["a": 1])]))
  }

  @Test func repeatingASummaryIsFineAndChangingItIsNot() {
    var ledger = ReportLedger(stages: Self.steps, prefix: "step")
    _ = take(&ledger, #"{"step": 0, "metrics": {"loss": 2}}"#)
    _ = take(&ledger, #"{"step": 1, "metrics": {"loss": 1}}"#)
    #expect(take(&ledger, #"{"step": 0, "metrics": {"loss": 2}}"#) == .report([]))
    #expect(
      take(&ledger, #"{"step": 0, "metrics": {"loss": 3}}"#)
        == .failure(
          violation(
            "it reported “loss” at step 0 after it had gone on to another; all metrics of one must "
              + "come before the next")))
  }

  @Test func withoutAPrefixEverythingMergesUntilTheEnd() {
    var ledger = ReportLedger(stages: [Self.single], prefix: nil)
    _ = take(&ledger, #"{"metrics": {"bytes": 10, "ratio": 2}}"#)
    _ = take(&ledger, #"{"step": 7, "metrics": {"ratio": 3}}"#)
    #expect(
      ledger.finish()
        == .init(completed: [.init(stage: Self.single.key, metrics: ["bytes": 10, "ratio": 3])]))
    #expect(ledger.isComplete)
  }

  @Test(arguments: [
    "epoch 3", "", "{", "{}", #"{"step": 3}"#, #"["metrics"]"#, #""metrics""#, "metrics {",
    #"{"loss": 3}"#,
  ])
  func everythingElseIsText(line: String) {
    var ledger = ReportLedger(stages: Self.steps, prefix: "step")
    #expect(take(&ledger, line) == .text)
  }

  @Test(arguments: [
    (
      #"{"step": 1, "metrics": {"loss": 0.5}"#,
      "it printed a report that is not JSON: \"{\\\"step\\\": 1, \\\"metrics\\\": {\\\"loss\\\": 0.5}\""
    ),
    (#"{"step": 1, "metrics": 3}"#, "it reported metrics that are a number, not an object"),
    (
      #"{"step": 1, "metrics": {"loss": "low"}}"#, "the metric “loss” is a string, not a number"
    ),
    (#"{"step": 1, "metrics": {"loss": null}}"#, "the metric “loss” is null, not a number"),
    (
      #"{"metrics": {"loss": 1}}"#,
      #"it reported metrics without saying at which “step”; say it beside them, as {"step": 3, "metrics": …}"#
    ),
    (#"{"step": 1.5, "metrics": {"a": 1}}"#, "it reported “step” that is not an integer"),
    (#"{"step": "1", "metrics": {"a": 1}}"#, "it reported “step” that is not an integer"),
  ])
  func nonsenseIsNamed(line: String, message: String) {
    var ledger = ReportLedger(stages: Self.steps, prefix: "step")
    #expect(take(&ledger, line) == .failure(violation(message)))
  }

  @Test(arguments: [("NaN", "NaN"), ("Infinity", "infinite"), ("-Infinity", "minus infinite")])
  func whatIsNotFiniteIsNamed(value: String, word: String) {
    var ledger = ReportLedger(stages: [Self.single], prefix: nil)
    #expect(
      take(&ledger, "{\"metrics\": {\"loss\": \(value)}}")
        == .failure(Failure(reason: .nonFinite, message: "the metric “loss” is \(word)")))
  }

  @Test func resultsWithoutMetricsAreMissing() {
    var ledger = ReportLedger(stages: [Self.single], prefix: nil)
    _ = take(&ledger, #"{"metrics": {}}"#)
    let failure = ledger.finish().failure
    #expect(failure?.message.hasPrefix("it ended without reporting metrics; print a line") == true)
  }

  @Test func ofManyMissingStepsTheFirstAndTheLastAreNamed() {
    let stages = (0..<20).map {
      Stage(kind: "external", version: 1, parameters: [:], parents: [], step: $0)
    }
    var ledger = ReportLedger(stages: stages, prefix: "step")
    #expect(
      ledger.finish()
        == .init(
          failure: violation(
            "it ended without reporting metrics at step 0, 1, 2, 3, 4, 5, 6, …, 19")))
  }
}
