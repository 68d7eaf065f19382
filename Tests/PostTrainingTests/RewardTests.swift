import Keys
import Problems
import Testing

@testable import PostTraining

@Suite("Rewards, advantages and the order of prompts")
struct RewardTests {
  private func grades(_ texts: [[Int32]], expected: Int) -> [Grade] {
    texts.map { Grade(continuation: $0, expected: expected) }
  }

  private func tokens(_ text: String) -> [Int32] {
    text.split(separator: " ").map { word in
      Int32(Vocabulary.tokens.firstIndex(of: String(word)) ?? -1)
    }
  }

  @Test("each reward on a group checked by hand")
  func rewards() {
    let grades = grades(
      ["# 4 2 <end>", "# 7 <end>", "W 3 ; # 7 ;", "<end>", "W # 4 2 <end>", "# 7 <end>"]
        .map(tokens), expected: 42)
    func rewards(_ reward: Reward) -> [Double] {
      reward.rewards(of: grades) { $0 % 2 == 0 }
    }
    #expect(rewards(.verified) == [1, 0, 0, 0, 1, 0])
    #expect(rewards(.format) == [1, 1, 1, 0, 1, 1])
    #expect(rewards(.majority) == [0, 1, 1, 0, 0, 1])
    #expect(rewards(.random) == [1, 0, 1, 0, 1, 0])
  }

  @Test("the first of equally common answers wins; without answers nobody does")
  func majority() {
    #expect(Reward.commonest([3, 5, 5, 3]) == 3)
    #expect(Reward.commonest([5, 3, 3, 5, 9]) == 5)
    #expect(Reward.commonest([]) == nil)
    let none = grades(["<end>", "Q", "#"].map(tokens), expected: 1)
    #expect(Reward.majority.rewards(of: none) { _ in true } == [0, 0, 0])
  }

  @Test("advantages checked by hand")
  func advantagesByHand() {
    let rewards: [Double] = [1, 0, 0, 0] + [1, 1, 1, 1] + [0, 0, 0, 0] + [1, 1, 0, 0]
    let centred = advantages(rewards, groupSize: 4, stdNormalisation: false)
    #expect(
      centred == [0.75, -0.25, -0.25, -0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, -0.5, -0.5])
    let scaled = advantages(rewards, groupSize: 4, stdNormalisation: true)
    let deviation = (1.0 / 3).squareRoot()
    #expect(
      scaled == [1.5, -0.5, -0.5, -0.5] + Array(repeating: 0, count: 8)
        + [0.5, 0.5, -0.5, -0.5].map { $0 / deviation })
    #expect(advantages([1], groupSize: 1, stdNormalisation: true) == [0])
  }

  @Test("the weights of tokens under each normalisation")
  func tokenWeights() {
    var settings = GRPOSettings()
    settings.maximumTokens = 10
    let batch = GRPOBatch(
      prompts: [GradedPrompt(tokens: [1], answer: 0)], samples: [[5], [5, 6, 0]], rewards: [1, 0],
      settings: settings)
    func weights(_ normalisation: GRPOSettings.LengthNormalisation) -> [Double] {
      settings.lengthNormalisation = normalisation
      return [0, 1].map { batch.weight(ofSample: $0, settings) }
    }
    #expect(weights(.sample) == [1.0 / 2, 1.0 / 6])
    #expect(weights(.token) == [1.0 / 4, 1.0 / 4])
    #expect(weights(.constant) == [1.0 / 20, 1.0 / 20])
  }

  @Test("passes take every prompt once, each in an order of its own", arguments: [3, 8, 11])
  func passes(size: Int) {
    func passes(pool: Int, seed: UInt64) -> PromptPasses {
      PromptPasses(pool: pool, seed: seed, purpose: RandomPurpose("grpo/prompts"))
    }
    let one = passes(pool: 8, seed: 1)
    let taken = (0..<16).flatMap { one.places(batch: $0, size: size) }
    var orders: Set<[Int]> = []
    for start in stride(from: 0, through: taken.count - 8, by: 8) {
      let pass = Array(taken[start..<start + 8])
      #expect(pass.sorted() == Array(0..<8))
      orders.insert(pass)
    }
    #expect(orders.count == taken.count / 8)
    #expect(passes(pool: 8, seed: 2).places(batch: 0, size: 8) != Array(taken[..<8]))
    #expect(passes(pool: 1, seed: 2).places(batch: 3, size: 2) == [0, 0])
  }
}
