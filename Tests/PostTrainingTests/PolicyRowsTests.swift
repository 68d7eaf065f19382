import Keys
import LanguageModel
import Testing

@testable import PostTraining

@Suite("A batch as rows of the policy objective")
struct PolicyRowsTests {
  private var settings: GRPOSettings {
    var settings = GRPOSettings()
    settings.lengthNormalisation = .token
    settings.stdNormalisation = false
    return settings
  }

  private func batch(_ settings: GRPOSettings) -> GRPOBatch {
    GRPOBatch(
      prompts: [[1, 2], [3]].map { GradedPrompt(tokens: $0, answer: 0) },
      samples: [[7, 0], [7, 0], [7, 0], [8], [8], [8], [9], [8]],
      rewards: [1, 0, 1, 0, 1, 1, 1, 1], settings: settings)
  }

  @Test("packed: equal samples are one, samples without an advantage none")
  func packed() {
    var settings = settings
    let plain = PolicyRows(packed: batch(settings), settings: settings)
    #expect(plain.distinctSamples == 4)
    #expect(plain.terms.map(\.token) == [7, 0, 8])
    #expect(plain.terms[0].gain == Float(2 * 0.5 / 11))
    #expect(plain.terms[0].cost == Float(0.5 / 11))
    #expect(plain.terms.map(\.gainCount) == [2, 2, 0])
    #expect(plain.terms.map(\.costCount) == [1, 1, 1])
    guard case .packed(let packed) = plain.layout else {
      Issue.record("not packed")
      return
    }
    #expect(packed.tokens == [1, 2, 7, 1, 2])
    #expect(packed.logitRows == [1, 2, 4])
    settings.divergenceWeight = 1
    let all = PolicyRows(packed: batch(settings), settings: settings)
    #expect(all.terms.map(\.count) == [3, 3, 1, 3, 1])
  }

  @Test("tree: samples that share a prefix share its rows")
  func tree() {
    var settings = settings
    settings.divergenceWeight = 1
    let rows = PolicyRows(tree: batch(settings), drawn: nil, settings: settings)
    #expect(rows.isWholeTree && rows.distinctSamples == 4)
    // The ends of the prompts, then the 7.
    #expect(rows.starts == [0, 2, 4, 5])
    #expect(rows.terms.map(\.token) == [7, 8, 8, 9, 0])
    #expect(rows.terms.map(\.count) == [3, 1, 3, 1, 3])
    #expect(rows.terms[0].gain == Float(2 * 0.5 / 11))
    #expect(rows.terms[1].cost == Float(0.5 / 11))
  }

  @Test("tree: a group without advantages is left out where that saves enough")
  func leftOut() {
    let settings = settings
    func rows(_ lengths: [Int]) -> PolicyRows {
      // Two samples a group, rewarded differently only in the first one.
      let samples: [[Int32]] = lengths.flatMap { length in
        [[5] + (0..<length).map { Int32($0) }, [6]]
      }
      let batch = GRPOBatch(
        prompts: lengths.map { GradedPrompt(tokens: [Int32($0)], answer: 0) }, samples: samples,
        rewards: [1, 0] + Array(repeating: 1, count: samples.count - 2), settings: settings)
      return PolicyRows(tree: batch, drawn: nil, settings: settings)
    }
    // 11 of 18 rows are useful, and 11 of 14.
    let few = rows([10, 6])
    #expect(!few.isWholeTree && few.starts.count == 1 + 11)
    #expect(few.distinctSamples == 4)
    let most = rows([10, 2])
    #expect(most.isWholeTree && most.starts.count == 1 + 14)
  }

  @Test("the terms of a tree add up to those of the packed form", arguments: 0..<30)
  func sums(seed: UInt64) {
    var generator = RandomStream(seed: seed, purpose: RandomPurpose("test/policy-rows"))
      .generator(0)
    var settings = settings
    settings.divergenceWeight = Double(generator.below(2))
    settings.lengthNormalisation = GRPOSettings.LengthNormalisation.allCases[generator.below(3)]
    let prompts = (0..<3).map { GradedPrompt(tokens: [Int32($0), 4], answer: 0) }
    let samples: [[Int32]] = (0..<12).map { _ in
      (0..<1 + generator.below(4)).map { _ in Int32(generator.below(2)) }
    }
    let rewards = samples.map { _ in Double(generator.below(2)) }
    let batch = GRPOBatch(
      prompts: prompts, samples: samples, rewards: rewards, settings: settings)
    let tree = PolicyRows(tree: batch, drawn: nil, settings: settings)
    let packed = PolicyRows(packed: batch, settings: settings)
    func sums(_ rows: PolicyRows) -> [Float] {
      rows.terms.reduce(into: [0, 0]) { sums, term in
        sums[0] += term.gain
        sums[1] += term.cost
      }
    }
    for (one, other) in zip(sums(tree), sums(packed)) { #expect(abs(one - other) < 1e-5) }
    #expect(tree.isIdle == packed.isIdle)
    #expect(tree.distinctSamples == packed.distinctSamples)
    func gains(_ rows: PolicyRows) -> Int { rows.terms.reduce(0) { $0 + $1.gainCount } }
    #expect(gains(tree) == gains(packed))
  }
}
