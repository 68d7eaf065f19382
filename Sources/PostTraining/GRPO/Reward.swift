import Problems

/// What a sample is rewarded for. Every reward is 0 or 1.
package enum Reward: String, CaseIterable, Codable, Sendable {
  /// Its marked answer is the right one.
  case verified
  /// It marks a well-formed answer, right or wrong.
  case format
  /// Its answer is the commonest one of its group, so that no right answers are needed (test-time
  /// reinforcement learning, arXiv 2504.16084). Among equally common ones it is the one that was
  /// sampled first; a group without any answer has no reward.
  case majority
  /// A coin decides: the control of "Spurious rewards" (arXiv 2506.10947).
  case random

  /// The rewards of a group.
  ///
  /// - Parameters:
  ///   - grades: of its samples, in order.
  ///   - coin: for each sample, by its place in the group.
  func rewards(of grades: [Grade], coin: (Int) -> Bool) -> [Double] {
    let majority = self == .majority ? Self.commonest(grades.compactMap(\.answer)) : nil
    return grades.indices.map { index in
      let isRewarded =
        switch self {
        case .verified: grades[index].correct
        case .format: grades[index].formatted
        case .majority: majority != nil && grades[index].answer == majority
        case .random: coin(index)
        }
      return isRewarded ? 1 : 0
    }
  }

  /// The commonest answer, the first one among equally common ones.
  static func commonest(_ answers: [Int]) -> Int? {
    var counts: [Int: Int] = [:]
    for answer in answers { counts[answer, default: 0] += 1 }
    let most = counts.values.max()
    return answers.first { counts[$0] == most }
  }
}

/// What of a batch's rewards is good or bad within its group (DeepSeekMath, arXiv 2402.03300,
/// section 4.1.2): the reward minus the group's mean, divided by the group's standard deviation
/// (n − 1) where that is wanted. A group whose rewards are all equal has advantages of exactly zero.
///
/// - Parameter rewards: group after group, `groupSize` each.
func advantages(_ rewards: [Double], groupSize: Int, stdNormalisation: Bool) -> [Double] {
  stride(from: 0, to: rewards.count, by: groupSize).flatMap { start -> [Double] in
    let group = rewards[start..<start + groupSize]
    guard group.contains(where: { $0 != group.first }) else { return group.map { _ in 0 } }
    let mean = group.reduce(0, +) / Double(groupSize)
    let deviation = stdNormalisation ? standardDeviation(group) : 1
    return group.map { ($0 - mean) / deviation }
  }
}

/// With n − 1; 0 for a single value.
func standardDeviation(_ values: some Collection<Double>) -> Double {
  guard values.count > 1 else { return 0 }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}
