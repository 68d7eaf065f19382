import Keys
import Testing

@testable import LanguageModel

@Suite struct SampleTreeTests {
  @Test func rowsAreNumberedLevelByLevel() {
    let tree = SampleTree(
      prompts: [[1, 2], [3]],
      samples: [
        (0, [5, 6, 0]), (1, [7]), (0, [5, 7, 0]), (0, [4, 0]), (0, [5, 6, 0]), (1, [7, 1]),
      ])
    #expect(tree.tokens == [1, 2, 3, 5, 4, 7, 6, 7])
    #expect(tree.parents == [-1, 0, -1, 1, 1, 2, 3, 3])
    #expect(tree.positions == [0, 1, 0, 2, 2, 1, 3, 3])
    #expect(tree.counts == [4, 4, 2, 3, 1, 1, 2, 1])
    #expect(tree.promptStarts == [0, 2, 3])
    #expect(tree.levelStarts == [3, 6, 8])
    #expect(tree.logitRows == [1, 2, 3, 4, 5, 6, 7])
    #expect(tree.samples[0].logitRows == [0, 2, 5])
    #expect(tree.samples[2].logitRows == [0, 2, 6])
    #expect(tree.row(sample: 5, position: 1) == 4)
    #expect(tree.distinctSamples == 5)
    #expect(tree.longest == 4)
  }

  @Test func samplesWithoutTokensHaveNoRows() {
    let tree = SampleTree(prompts: [[1], [2]], samples: [(1, []), (1, [3])])
    #expect(tree.tokens == [1, 2])
    #expect(tree.samples.map(\.logitRows) == [[], [1]])
    #expect(tree.counts == [0, 2])
    #expect(tree.distinctSamples == 2)
  }

  @Test(arguments: 0..<30) func depthFirstOrderHasWhatLiesBelowBehind(_ seed: Int) {
    let (prompts, samples) = RandomSamples.make(seed, vocabulary: 3)
    let tree = SampleTree(prompts: prompts, samples: samples)
    let order = DepthFirstOrder(tree)
    #expect(order.rows.sorted() == Array(0..<tree.rowCount))
    var place = [Int](repeating: 0, count: tree.rowCount)
    for (i, row) in order.rows.enumerated() { place[row] = i }
    var covered = 0
    for segment in order.segments {
      #expect(segment.first == covered)
      covered += segment.count
      #expect(segment.position == Int(tree.positions[order.rows[segment.first]]))
      for i in segment.first + 1..<max(segment.first + 1, segment.first + segment.count) {
        #expect(Int(tree.parents[order.rows[i]]) == order.rows[i - 1])
      }
      // Exactly the rows of the range have the segment's last row on their path, or are it.
      let last = order.rows[segment.first + segment.count - 1]
      for row in 0..<tree.rowCount {
        var ancestor = row
        while ancestor >= 0 && ancestor != last { ancestor = Int(tree.parents[ancestor]) }
        let below = place[row] >= segment.first + segment.count - 1 && place[row] < segment.end
        #expect((ancestor == last) == below)
      }
    }
    #expect(covered == tree.rowCount)
  }
}

/// Samples that share prefixes.
enum RandomSamples {
  static func make(
    _ seed: Int, vocabulary: Int
  ) -> (prompts: [[Int32]], samples: [(prompt: Int, tokens: [Int32])]) {
    var generator = RandomStream(seed: 5, purpose: RandomPurpose("samples")).generator(seed)
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32(generator.below(vocabulary)) }
    }
    let prompts = (0..<1 + generator.below(3)).map { _ in tokens(1 + generator.below(6)) }
    var samples: [(prompt: Int, tokens: [Int32])] = []
    for _ in 0..<1 + generator.below(12) {
      if !samples.isEmpty, generator.below(3) > 0 {
        // Goes on from some prefix of an earlier one, or repeats it.
        let earlier = samples[generator.below(samples.count)]
        let kept = earlier.tokens.prefix(1 + generator.below(earlier.tokens.count))
        let more = generator.below(3) == 0 ? [] : tokens(generator.below(9))
        samples += Array(
          repeating: (earlier.prompt, kept + more), count: 1 + generator.below(3))
      } else {
        samples.append((generator.below(prompts.count), tokens(1 + generator.below(12))))
      }
    }
    return (prompts, samples)
  }
}
