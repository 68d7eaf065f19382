import Keys
import Testing

@testable import PostTraining

@Suite("Samples as weighted rows")
struct WeightedRowsTests {
  @Test("the rows of a sample are those that predict its counted tokens")
  func rows() {
    let rows = WeightedRows(
      prompts: [[1, 2, 3]], samples: [(0, [7, 8, 0])], counted: CountedTokens(), accumulation: 1)
    #expect(rows.batch.tokens == [1, 2, 3, 7, 8])
    #expect(rows.batch.logitRows == [2, 3, 4])
    let third: Float = 1 / 3
    #expect(rows.weights == [third, third, third])
    let skipped = WeightedRows(
      prompts: [[1, 2, 3]], samples: [(0, [7, 8, 0])],
      counted: CountedTokens(mask: .skipFirst), accumulation: 1)
    #expect(skipped.batch.logitRows == [3, 4])
    #expect(skipped.weights == [0.5, 0.5])
  }

  @Test("a sample of one token counts nothing when the first is skipped")
  func nothingCounts() {
    let rows = WeightedRows(
      prompts: [[1]], samples: [(0, [0]), (0, [0])], counted: CountedTokens(mask: .skipFirst),
      accumulation: 1)
    #expect(rows.weights.isEmpty)
    #expect(rows.batch.sequenceCount == 0)
    #expect(rows.distinctSamples == 1)
  }

  @Test("merged rows weigh what the plain rows weigh together", arguments: 0..<40)
  func mergedWeights(seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: RandomPurpose("test/weighted-rows"))
    var generator = stream.generator(0)
    let accumulation = 1 + generator.below(4)
    let size = 1 + generator.below(5)
    let prompts: [[Int32]] = (0..<1 + generator.below(3)).map { [Int32($0), 5] }
    let mask = LossMask.allCases[generator.below(3)]
    func skipped(_ tokens: [Int32]) -> Int {
      switch mask {
      case .all: 0
      case .skipFirst: min(1, tokens.count)
      case .late: tokens.count / 2
      }
    }
    let samples: [(prompt: Int, tokens: [Int32])] = (0..<accumulation * size).map { _ in
      let length = 1 + generator.below(3)
      return (
        generator.below(prompts.count), (0..<length).map { _ in Int32(generator.below(2)) }
      )
    }
    let rows = WeightedRows(
      prompts: prompts, samples: samples,
      counted: CountedTokens(mask: mask, lateFraction: 0.5), accumulation: accumulation)

    // For each context that a counted token follows, its weight by the definition.
    var expected: [[Int32]: Double] = [:]
    for microBatch in 0..<accumulation {
      let part = samples[microBatch * size..<(microBatch + 1) * size]
      let counted = part.reduce(0) { $0 + $1.tokens.count - skipped($1.tokens) }
      for (prompt, tokens) in part {
        for position in tokens.indices where position >= skipped(tokens) {
          // The whole sample tells apart equal prefixes of different samples.
          let context = prompts[prompt] + tokens.prefix(position) + [-1] + tokens
          expected[context, default: 0] += 1 / Double(counted) / Double(accumulation)
        }
      }
    }
    #expect(rows.weights.count == expected.count)
    #expect(rows.weights.count == rows.batch.logitRows.count)
    for (actual, wanted) in zip(rows.weights.sorted(), expected.values.sorted()) {
      #expect(abs(Double(actual) - wanted) < 1e-6)
    }
  }
}
