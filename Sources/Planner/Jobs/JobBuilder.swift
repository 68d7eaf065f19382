import Grid

/// Cuts what is missing of a plan into jobs.
///
/// A job is a trajectory between two forks with the measurements of its states, or a prepared base
/// with its measurements, or one stage that others only read. Where measurements are missing and
/// their state is not, the job has the measurements alone.
package struct JobBuilder: Sendable {
  private let tree: StageTree
  private let stages: StageList
  private let isDone: [Bool]
  private let program: ProgramDescription
  /// By sort of stages: those that are done with the state that they look at: measurements, and what
  /// only they read. In a job of its own that would wait for the job of its state, and measurements
  /// there for it.
  private let isMeasuring: [Bool]

  /// By stage: its job; -1 for one that is done.
  private var jobOfStage: [Int32] = []
  /// `members[offsets[j]..<offsets[j + 1]]` are the stages of job j, in the order of the plan.
  private var offsets: [Int32] = [0]
  private var members: [Int32] = []
  /// The same for the stages that each job requires.
  private var requireOffsets: [Int32] = [0]
  private var requires: [Int32] = []

  /// How many jobs there are.
  package var count: Int { offsets.count - 1 }

  /// - Parameters:
  ///   - tree: the stages of the plan.
  ///   - isDone: by stage, whether it need not be computed again; empty where none is done.
  /// - Complexity: O(n log n) for n stages, about 20 bytes each.
  package init(_ tree: StageTree, isDone: [Bool], program: ProgramDescription) {
    self.tree = tree
    stages = tree.stages
    self.isDone = isDone.isEmpty ? Array(repeating: false, count: tree.stages.count) : isDone
    self.program = program
    let measuring = Set(
      program.stages.filter { $0.product == .measurement || $0.measurement != nil }.map(\.kind))
    isMeasuring = tree.stages.templates.sorts.map { measuring.contains($0.kind) }
    gather()
    for number in 0..<count {
      appendRequired(by: number)
      requireOffsets.append(Int32(requires.count))
    }
  }

  /// - Parameter done: those that need not be computed again; may have more than the plan's.
  /// - Returns: jobs that together complete every stage that is not done, each stage in one job, in
  ///   the order of the first run that needs them; a job comes after those that it requires.
  package static func jobs(
    of tree: StageTree, done: Set<StageKey>, program: ProgramDescription
  ) -> [PlannedJob] {
    let isDone = tree.stages.indices.map { done.contains(tree.stages.key(at: $0)) }
    var jobs: [PlannedJob] = []
    JobBuilder(tree, isDone: isDone, program: program).forEachJob { job in
      jobs.append(
        PlannedJob(
          stages: job.stages.map { tree.stages.key(at: Int($0)) },
          requires: job.requires.map { tree.stages.key(at: Int($0)) }, label: job.label))
    }
    return jobs
  }

  /// Hands over the jobs one by one, each after those that it requires.
  package func forEachJob(_ body: (PlacedJob) throws -> Void) rethrows {
    var label = JobLabel(tree, program)
    for number in order() {
      let stages = sorted(members[range(number)])
      try body(
        PlacedJob(
          stages: stages, requires: Array(requires[requiredRange(number)]),
          label: label.text(for: stages)))
    }
  }

  private func range(_ job: Int) -> Range<Int> { Int(offsets[job])..<Int(offsets[job + 1]) }

  private func requiredRange(_ job: Int) -> Range<Int> {
    Int(requireOffsets[job])..<Int(requireOffsets[job + 1])
  }

  // MARK: Which stages belong together

  /// What the stages of one job have in common: the stage that it is named after, or the lineage and
  /// how many forks of it lie below.
  private enum Anchor: Hashable {
    case single(Int)
    case segment(lineage: Int, Int32)
  }

  private mutating func gather() {
    let segments = segments()
    var jobOfSingle = [Int32](repeating: -1, count: stages.count)
    var jobOfLineage = [Int32](repeating: -1, count: stages.lineageCount)
    var jobOfSegment: [Anchor: Int32] = [:]
    jobOfStage = Array(repeating: -1, count: stages.count)
    var sizes: [Int32] = []
    for index in 0..<stages.count where !isDone[index] {
      let anchor = anchor(of: index, segments)
      var number: Int32
      switch anchor {
      case .single(let stage): number = jobOfSingle[stage]
      case .segment(let lineage, 0): number = jobOfLineage[lineage]
      case .segment: number = jobOfSegment[anchor] ?? -1
      }
      if number < 0 {
        number = Int32(sizes.count)
        sizes.append(0)
        switch anchor {
        case .single(let stage): jobOfSingle[stage] = number
        case .segment(let lineage, 0): jobOfLineage[lineage] = number
        case .segment: jobOfSegment[anchor] = number
        }
      }
      jobOfStage[index] = number
      sizes[Int(number)] += 1
    }
    offsets.reserveCapacity(sizes.count + 1)
    for size in sizes { offsets.append(offsets[offsets.count - 1] + size) }
    var next = offsets
    members = Array(repeating: 0, count: Int(offsets[sizes.count]))
    for index in 0..<stages.count where jobOfStage[index] >= 0 {
      let job = Int(jobOfStage[index])
      members[Int(next[job])] = Int32(index)
      next[job] += 1
    }
  }

  /// By stage: how many forks of its trajectory lie below it; empty without forks.
  private func segments() -> [Int32] {
    if tree.forks.isEmpty { return [] }
    var segments = [Int32](repeating: 0, count: stages.count)
    for lineage in 0..<stages.lineageCount {
      var segment: Int32 = 0
      for state in tree.stateIndices(ofLineage: lineage) {
        segments[Int(state)] = segment
        if tree.isFork(at: Int(state)) { segment += 1 }
      }
    }
    return segments
  }

  private func anchor(of index: Int, _ segments: [Int32]) -> Anchor {
    var index = index
    while isMeasuring[stages.sort(at: index)], let state = measured(by: index) { index = state }
    guard stages.step(at: index) != nil, let lineage = stages.lineage(at: index) else {
      return .single(index)
    }
    return .segment(lineage: lineage, segments.isEmpty ? 0 : segments[index])
  }

  /// The state that a measurement measures.
  private func measured(by index: Int) -> Int? {
    for position in 0..<stages.parentCount(at: index) {
      if let parent = stages.parent(position, at: index),
        tree.product(at: parent)?.leavesState ?? false
      {
        return parent
      }
    }
    return nil
  }

  /// In the order of computation: up the trajectory, each state with its measurements.
  private func sorted(_ members: ArraySlice<Int32>) -> [Int32] {
    if members.count < 2 { return Array(members) }
    func rank(_ index: Int) -> (step: Int, order: Int) {
      if isMeasuring[stages.sort(at: index)], let state = measured(by: index) {
        return (stages.step(at: state) ?? -1, 1)
      }
      return (stages.step(at: index) ?? -1, 0)
    }
    return members.map { (rank(Int($0)), $0) }.sorted { left, right in
      (left.0.step, left.0.order, left.1) < (right.0.step, right.0.order, right.1)
    }.map(\.1)
  }

  // MARK: What a job waits for

  private mutating func appendRequired(by number: Int) {
    let first = requires.count
    var seen: Set<Int32> = []
    var last: Int32 = -1
    for index in members[range(number)] {
      func require(_ required: Int) {
        let required = Int32(required)
        // Neighbours mostly require the same.
        guard jobOfStage[Int(required)] != Int32(number), required != last else { return }
        last = required
        if requires.count == first || seen.insert(required).inserted {
          seen.insert(required)
          requires.append(required)
        }
      }
      for position in 0..<stages.parentCount(at: Int(index)) {
        if let parent = stages.parent(position, at: Int(index)) { require(parent) }
      }
      if let below = tree.stateBelow(at: Int(index)) { require(below) }
    }
  }

  /// The jobs in the order of their first stages, each after those that it requires.
  private func order() -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    var isPlaced = [Bool](repeating: false, count: count)
    // Chains of jobs are as long as trajectories have forks: no recursion.
    var stack: [Int] = []
    for number in 0..<count {
      if requiredRange(number).isEmpty, !isPlaced[number] {
        isPlaced[number] = true
        result.append(number)
        continue
      }
      stack.append(number)
      while let top = stack.last {
        if isPlaced[top] {
          stack.removeLast()
          continue
        }
        let before = stack.count
        for place in requiredRange(top).reversed() {
          let required = Int(jobOfStage[Int(requires[place])])
          if required >= 0, !isPlaced[required] { stack.append(required) }
        }
        if stack.count == before {
          isPlaced[top] = true
          result.append(top)
          stack.removeLast()
        }
      }
    }
    return result
  }
}
