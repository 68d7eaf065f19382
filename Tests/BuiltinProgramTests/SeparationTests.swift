import Evaluation
import Foundation
import Grid
import PostTraining
import Problems
import Testing

@testable import BuiltinProgram

/// Selection, adaptation, development and evaluation never see each other's problems.
@Suite("Separation of problems")
struct SeparationTests {
  private static let domains = Domain.allCases

  private static func identities(_ sets: [ProblemSet]) -> Set<String> {
    Set(sets.flatMap { $0.problems.map(\.question.identity) })
  }

  /// All that a split can give to an evaluation.
  private static func evaluated(_ split: Split) throws -> [ProblemSet] {
    try domains.flatMap { domain in
      try ProblemSet.benchmarks(split: split, count: ProblemSet.longestBenchmark, of: domain)
    }
  }

  /// Whatever the counts and seeds of a grid, a problem that something adapts to is in no set that
  /// settings are chosen on, and in none that is reported; nor are the latter two in common.
  @Test("what is adapted to, chosen on and reported are disjoint, for all seeds and domains")
  func disjoint() throws {
    var adaptation: [ProblemSet] = []
    for domain in Self.domains {
      for seed: UInt64 in 0..<4 {
        adaptation.append(
          try .adaptation(count: ProblemSet.longestAdaptation, seed: seed, of: domain))
        for kind in domain.kinds.map(\.kind) {
          adaptation.append(
            try .adaptation(
              count: ProblemSet.longestOfOneKind, seed: seed, of: domain, kind: kind))
        }
      }
    }
    let adapted = Self.identities(adaptation)
    let development = Self.identities(try Self.evaluated(.development))
    let benchmark = Self.identities(try Self.evaluated(.benchmark))
    #expect(adapted.count > ProblemSet.longestAdaptation)
    #expect(development.count > 4 * ProblemSet.longestBenchmark)
    #expect(benchmark.count > 4 * ProblemSet.longestBenchmark)
    #expect(adapted.isDisjoint(with: development))
    #expect(adapted.isDisjoint(with: benchmark))
    #expect(development.isDisjoint(with: benchmark))
  }

  /// What stages leave behind names the prompts that they looked at.
  @Test("the prompts in the artifacts of selections and texts are those of their split")
  func artifacts() throws {
    let adaptation = try ProblemSet.adaptation(count: ProblemSet.longestAdaptation, seed: 0)
    let candidates = Set(adaptation.problems.map(\.prompt))
    for split in [Split.development, .benchmark] {
      let grid = TestGrid(["evaluation_split": .string(split.rawValue)])
      let folder = TemporaryStore()
      let recorder = Recorder(folder.store)
      recorder.run(order([grid.prepare, grid.select, grid.baseText]))
      #expect(recorder.finished)
      let ranked = try RankedPrompts(
        serialized: folder.store.get(.init(key: grid.select.key.digest, kind: "prompts")))
      for rank in 0..<4 { #expect(candidates.contains(try ranked.prompt(rank: rank).tokens)) }

      let texts = try FixedText.texts(
        encoded: folder.store.get(.init(key: grid.baseText.key.digest, kind: "texts")),
        vocabulary: Vocabulary.tokens.count)
      let measured = Set(try Self.evaluated(split).flatMap { $0.problems.map(\.prompt) })
      #expect(texts.count == 16)
      for text in texts {
        #expect(measured.contains(text.prompt))
        #expect(!candidates.contains(text.prompt))
      }
    }
  }

  /// New code that draws problems has to be added here, to the side that it belongs to.
  @Test("only what adapts draws adaptation problems, and only what measures draws the others")
  func sources() throws {
    var adapting: Set<String> = []
    var measuring: Set<String> = []
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardizedFileURL
    for module in ["PostTraining", "Evaluation", "BuiltinProgram", "LanguageModel"] {
      let folder = sources.appending(path: module)
      let paths = try #require(FileManager.default.enumerator(atPath: folder.path))
      for case let path as String in paths where path.hasSuffix(".swift") {
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        let file = String(path.split(separator: "/").last ?? "")
        if text.contains("ProblemSet.adaptation(") || text.contains("Problem.draw(") {
          adapting.insert(file)
        }
        // A set of one of the other splits; listings show some to people.
        if text.contains("ProblemSet.benchmark") || text.contains(".development") {
          measuring.insert(file)
        }
      }
    }
    #expect(
      adapting == [
        "JobRunner+Trajectory.swift", "JobRunner+Tune.swift", "PromptSelection.swift",
      ])
    #expect(
      measuring == [
        "JobRunner+Evaluate.swift", "JobRunner+Measure.swift", "StageParameters.swift",
        "BenchmarkListing.swift", "BuiltinProgram+Parameters+Evaluation.swift",
      ])
    #expect(adapting.isDisjoint(with: measuring))
  }
}
