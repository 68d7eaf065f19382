import Grid

/// Cuts what is missing of a plan into jobs.
///
/// A job is a trajectory between two forks with the measurements of its states, or a prepared base
/// with its measurements, or one stage that others only read. Where measurements are missing and
/// their state is not, the job has the measurements alone.
package struct JobBuilder {
  private let tree: StageTree
  private let done: Set<StageKey>
  private let label: JobLabel
  /// The kinds of stages that are done with the state that they look at: measurements, and what only
  /// they read. In a job of its own that would wait for the job of its state, and measurements there
  /// for it.
  private let measuring: Set<String>

  /// What the stages of one job have in common.
  private struct Anchor: Hashable {
    let key: StageKey
    /// How many forks of the trajectory lie below.
    let segment: Int
  }

  /// - Parameters:
  ///   - tree: the stages of the plan.
  ///   - done: those that need not be computed again; may have more than the plan's.
  /// - Returns: jobs that together complete every stage that is not done, each stage in one job, in
  ///   the order of the first run that needs them; a job comes after those that it requires.
  /// - Complexity: O(n log n) for n stages.
  package static func jobs(
    of tree: StageTree, done: Set<StageKey>, program: ProgramDescription
  ) -> [PlannedJob] {
    let measuring = program.stages.filter { $0.product == .measurement || $0.measurement != nil }
    return JobBuilder(
      tree: tree, done: done, label: JobLabel(tree, program), measuring: Set(measuring.map(\.kind))
    ).build()
  }

  private func build() -> [PlannedJob] {
    var members: [[Int]] = []
    var numbers: [Anchor: Int] = [:]
    var jobOfStage: [Int32] = Array(repeating: -1, count: tree.stages.count)
    let segments = segments()
    for (index, stage) in tree.stages.enumerated() where !done.contains(stage.key) {
      let anchor = anchor(of: index, segments)
      let number: Int
      if let known = numbers[anchor] {
        number = known
      } else {
        number = members.count
        numbers[anchor] = number
        members.append([])
      }
      members[number].append(index)
      jobOfStage[index] = Int32(number)
    }
    let requires = members.indices.map { required(by: members[$0], number: $0, jobOfStage) }
    return order(members, requires, jobOfStage).map { number in
      let stages = sorted(members[number])
      return PlannedJob(
        stages: stages.map { tree.stages[$0].key },
        requires: requires[number].map { tree.stages[$0].key },
        label: label.text(for: stages))
    }
  }

  // MARK: Which stages belong together

  /// By stage: how many forks of its trajectory lie below it.
  private func segments() -> [Int32] {
    var segments = [Int32](repeating: 0, count: tree.stages.count)
    if tree.forks.isEmpty { return segments }
    var seen: Set<StageKey> = []
    for stage in tree.stages where stage.step != nil && seen.insert(stage.trajectory).inserted {
      var segment: Int32 = 0
      for state in tree.states(of: stage.trajectory) {
        if let index = tree.index(of: state.key) { segments[index] = segment }
        if tree.forks.contains(state.key) { segment += 1 }
      }
    }
    return segments
  }

  private func anchor(of index: Int, _ segments: [Int32]) -> Anchor {
    let stage = tree.stages[index]
    if measuring.contains(stage.kind), let state = measured(by: stage) {
      return anchor(of: state, segments)
    }
    return Anchor(key: stage.trajectory, segment: Int(segments[index]))
  }

  /// The state that a measurement measures.
  private func measured(by stage: Stage) -> Int? {
    for parent in stage.parents {
      if let index = tree.index(of: parent),
        tree.product(of: tree.stages[index])?.leavesState ?? false
      {
        return index
      }
    }
    return nil
  }

  /// In the order of computation: up the trajectory, each state with its measurements.
  private func sorted(_ members: [Int]) -> [Int] {
    func rank(_ index: Int) -> (step: Int, order: Int) {
      let stage = tree.stages[index]
      if measuring.contains(stage.kind), let state = measured(by: stage) {
        return (tree.stages[state].step ?? -1, 1)
      }
      return (stage.step ?? -1, 0)
    }
    return members.map { (rank($0), $0) }.sorted { left, right in
      (left.0.step, left.0.order, left.1) < (right.0.step, right.0.order, right.1)
    }.map(\.1)
  }

  // MARK: What a job waits for

  private func required(by members: [Int], number: Int, _ jobOfStage: [Int32]) -> [Int] {
    var required: [Int] = []
    var seen: Set<Int> = []
    func require(_ key: StageKey) {
      guard let index = tree.index(of: key), jobOfStage[index] != Int32(number),
        seen.insert(index).inserted
      else { return }
      required.append(index)
    }
    for index in members {
      let stage = tree.stages[index]
      stage.parents.forEach(require)
      if let below = tree.stateBelow(stage) { require(below.key) }
    }
    return required
  }

  /// The jobs in the order of their first stages, each after those that it requires.
  private func order(_ members: [[Int]], _ requires: [[Int]], _ jobOfStage: [Int32]) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(members.count)
    var isPlaced = [Bool](repeating: false, count: members.count)
    // Chains of jobs are as long as trajectories have forks: no recursion.
    var stack: [Int] = []
    for number in members.indices {
      stack.append(number)
      while let top = stack.last {
        if isPlaced[top] {
          stack.removeLast()
          continue
        }
        let waiting = requires[top].lazy.map { Int(jobOfStage[$0]) }
          .filter { $0 >= 0 && !isPlaced[$0] }
        if waiting.isEmpty {
          isPlaced[top] = true
          result.append(top)
          stack.removeLast()
        } else {
          stack.append(contentsOf: waiting.reversed())
        }
      }
    }
    return result
  }
}
