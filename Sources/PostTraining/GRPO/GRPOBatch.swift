import LanguageModel
import Problems

/// A prompt with the answer that samples after it are graded against.
package struct GradedPrompt: Hashable, Sendable {
  package let tokens: [Int32]
  package let answer: Int

  package init(tokens: [Int32], answer: Int) {
    self.tokens = tokens
    self.answer = answer
  }
}

/// The samples of one batch with their rewards, group after group.
struct GRPOBatch {
  let prompts: [GradedPrompt]
  /// As many after each prompt, in the order of the prompts.
  let samples: [[Int32]]
  let rewards: [Double]
  let advantages: [Double]

  init(
    prompts: [GradedPrompt], samples: [[Int32]], rewards: [Double], settings: GRPOSettings
  ) {
    precondition(samples.count == rewards.count && samples.count % prompts.count == 0)
    self.prompts = prompts
    self.samples = samples
    self.rewards = rewards
    advantages = PostTraining.advantages(
      rewards, groupSize: samples.count / prompts.count,
      stdNormalisation: settings.stdNormalisation)
  }

  var groupSize: Int { samples.count / prompts.count }

  /// The tokens of all samples.
  var tokenCount: Int { samples.reduce(0) { $0 + $1.count } }

  /// The weight of a token of a sample in the loss.
  func weight(ofSample index: Int, _ settings: GRPOSettings) -> Double {
    switch settings.lengthNormalisation {
    case .sample: 1 / (Double(samples.count) * Double(samples[index].count))
    case .token: 1 / Double(tokenCount)
    case .constant: 1 / (Double(samples.count) * Double(settings.maximumTokens))
    }
  }

  // MARK: What reports say

  var meanReward: Double { rewards.reduce(0, +) / Double(rewards.count) }

  private var groups: [ArraySlice<Double>] {
    stride(from: 0, to: rewards.count, by: groupSize).map { rewards[$0..<$0 + groupSize] }
  }

  /// The mean over the groups of the standard deviation of a group's rewards.
  var rewardDeviation: Double {
    groups.reduce(0) { $0 + standardDeviation($1) } / Double(prompts.count)
  }

  /// The share of groups whose rewards are all equal: they teach nothing.
  var idleGroups: Double {
    let idle = groups.count { group in group.allSatisfy { $0 == group.first } }
    return Double(idle) / Double(prompts.count)
  }

  /// The share of samples with the right answer, whatever they are rewarded for.
  var accuracy: Double {
    let right = samples.indices.count {
      Grade(continuation: samples[$0], expected: prompts[$0 / groupSize].answer).correct
    }
    return Double(right) / Double(samples.count)
  }
}
