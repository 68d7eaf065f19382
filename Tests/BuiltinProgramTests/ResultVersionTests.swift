import Foundation
import Grid
import Keys
import Testing

@testable import BuiltinProgram

/// Notices when the results of a kind of stage change: stored results of the old kind would be mixed
/// with new ones under the same keys, unless the kind's version is raised.
///
/// After raising `StageKind.version` record the new results, which fails the test once:
///
///     ESPALIER_RECORD=1 tools/test --filter ResultVersionTests
@Suite("Results and versions of stage kinds")
struct ResultVersionTests {
  private struct Recorded: Codable, Equatable {
    let version: Int
    /// SHA-256 over the metrics and the hashes of the artifacts of some stages of the kind.
    let results: String
  }

  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/results.json")

  @Test("what each kind of stage computes is what its version computed")
  func results() throws {
    let actual = Self.compute()
    if ProcessInfo.processInfo.environment["ESPALIER_RECORD"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try (encoder.encode(actual) + Data("\n".utf8)).write(to: Self.file)
      Issue.record("recorded; run again without ESPALIER_RECORD")
      return
    }
    let recorded = try JSONDecoder().decode(
      [String: Recorded].self, from: Data(contentsOf: Self.file))
    #expect(Set(StageKind.allCases.map(\.rawValue)).isSubset(of: recorded.keys))
    for (name, result) in recorded.sorted(by: { $0.key < $1.key }) {
      #expect(
        actual[name] == result,
        "the results of stages \(name) changed: raise their version in StageKind, then record them")
    }
    #expect(actual.count == recorded.count)
  }

  private static func compute() -> [String: Recorded] {
    let plain = TestGrid()
    let detailed = TestGrid([
      "repetition_penalty": .number(1.15), "mask": .string("skip_first"),
      "accumulation": .integer(4), "temperature": .number(1), "prompt": .integer(1),
      "evaluation_temperature": .number(0.7), "evaluation_samples": .integer(4),
      "evaluation_split": .string("development"),
    ])
    let reinforced = TestGrid(["method": .string("grpo")])
    let detailedReinforced = TestGrid([
      "method": .string("grpo"), "em_steps": .integer(2), "reward": .string("format"),
      "updates_per_batch": .integer(2), "kl_weight": .number(0.1),
      "length_normalisation": .string("token"), "std_normalisation": .boolean(false),
      "grpo_temperature": .number(0.8), "prompt_source": .string("selected"),
    ])
    let last = [
      plain.em(2), detailed.em(2), reinforced.grpo(3),
      detailedReinforced.grpo(3, from: plain.em(2)),
    ]
    let tuned = TestGrid(["base": .string("grpo"), "base_steps": .integer(2)])
    let measured =
      [plain.baseText, detailed.baseText]
      + [StageKind.repetition, .samples, .drift, .logits].flatMap {
        [plain.measure($0, plain.em(2)), detailed.measure($0, detailed.em(2))]
      }
    let stages =
      plain.all(steps: 0...2) + [tuned.tune] + [
        detailed.em(1), detailed.em(2), detailed.evaluate(2),
      ]
      + [reinforced.grpo(1), last[2], detailedReinforced.grpo(1, from: plain.em(2)), last[3]]
      + measured
    let folder = TemporaryStore()
    let recorder = Recorder(folder.store)
    var texts: [String: String] = [:]
    func note(_ stages: [Stage], keep: [Stage], as name: (Stage) -> String) {
      let results = recorder.run(order(stages, context: [plain.prepare, plain.select], keep: keep))
      for stage in stages {
        guard let result = results[stage.key] else { continue }
        let metrics = CanonicalJSON.object(result.metrics.mapValues { .number($0) }).text
        texts[name(stage), default: ""] += metrics
        for artifact in result.artifacts {
          texts[name(stage), default: ""] += "\(artifact.kind) \(artifact.sha256)"
        }
      }
    }
    note(stages, keep: last) { $0.kind }
    let supervised = TestGrid(["method": .string("sft"), "sft_batch": .integer(4)])
    note([supervised.sft(2)], keep: [supervised.sft(2)]) { $0.kind }
    // Puzzles have splits of their own.
    let puzzles = TestGrid([
      "corpus": .string("logic"), "evaluation_problems": .integer(8),
      "evaluation_split": .string("development"),
    ])
    note([puzzles.prepare, puzzles.select, puzzles.evaluate(0)], keep: [puzzles.prepare]) {
      "\($0.kind) logic"
    }
    // The variations of entropy minimization, by their own names: a change of one shows which.
    for (name, changes) in variations {
      let state = TestGrid(changes).em(3)
      note([state], keep: [state]) { "\($0.kind) \(name)" }
    }
    return texts.reduce(into: [:]) { recorded, entry in
      guard let word = entry.key.split(separator: " ").first,
        let kind = StageKind(rawValue: String(word))
      else { return }
      recorded[entry.key] = Recorded(
        version: kind.version, results: Digest(of: entry.value).hex)
    }
  }

  private static let variations: [(String, ParameterAssignment)] = [
    ("self_certainty", ["objective": .string("self_certainty")]),
    ("sequence_log_probability", ["objective": .string("sequence_log_probability")]),
    ("sequence_probability", ["objective": .string("sequence_probability")]),
    ("answer_entropy", ["objective": .string("answer_entropy"), "temperature": .number(1)]),
    ("maximise", ["direction": .string("maximise")]),
    ("late", ["mask": .string("late")]),
    ("floor", ["entropy_floor": .number(0.3)]),
    ("kl", ["em_kl_weight": .number(0.3)]),
    ("rate", ["adaptation": .string("entropy_rate")]),
    (
      "rate by temperature",
      ["adaptation": .string("entropy_rate"), "adapted_setting": .string("loss_temperature")]
    ),
    ("budget", ["adaptation": .string("kl_budget"), "kl_budget": .number(1e-3)]),
  ]
}
