import Grid

/// The jobs of a plan with what they require of each other, and which of them are trunk.
struct JobGraph {
  /// By job: the jobs that it requires, all of them earlier in the list.
  private let requires: [[Int]]
  /// Whether several parts may start from the job, so that it belongs to none of them.
  private(set) var isTrunk: [Bool]

  /// - Parameter jobs: of the whole plan, each after those that it requires.
  init(_ jobs: [PlacedJob], _ tree: StageTree) {
    var jobOfStage = [Int32](repeating: -1, count: tree.stages.count)
    for (number, job) in jobs.enumerated() {
      for stage in job.stages { jobOfStage[Int(stage)] = Int32(number) }
    }
    var isTrunk: [Bool] = []
    isTrunk.reserveCapacity(jobs.count)
    var hasDependents = [Bool](repeating: false, count: jobs.count)
    requires = jobs.map { job in
      var required: [Int] = []
      for stage in job.requires {
        let number = Int(jobOfStage[Int(stage)])
        if number >= 0, !required.contains(number) { required.append(number) }
      }
      let hasTrajectory = job.stages.contains { stage in
        switch tree.product(at: Int(stage)) {
        case .trajectory, .process: true
        default: false
        }
      }
      isTrunk.append(!hasTrajectory && required.allSatisfy { isTrunk[$0] })
      for number in required { hasDependents[number] = true }
      return required
    }
    // A base model from which nothing starts is a piece of work of its own.
    for job in jobs.indices where !hasDependents[job] { isTrunk[job] = false }
    self.isTrunk = isTrunk
  }

  /// The jobs that are not trunk in connected pieces, by their first jobs.
  func parts() -> [[Int]] {
    components(of: requires.indices.filter { !isTrunk[$0] })
  }

  /// - Parameter jobs: in ascending order.
  private func components(of jobs: [Int]) -> [[Int]] {
    var leader: [Int: Int] = [:]
    leader.reserveCapacity(jobs.count)
    for job in jobs { leader[job] = job }
    func find(_ job: Int) -> Int {
      var root = job
      while let next = leader[root], next != root { root = next }
      var current = job
      while current != root, let next = leader[current] {
        leader[current] = root
        current = next
      }
      return root
    }
    for job in jobs {
      for required in requires[job] where leader[required] != nil {
        let (one, other) = (find(job), find(required))
        // The first job leads.
        leader[max(one, other)] = min(one, other)
      }
    }
    var places: [Int: Int] = [:]
    var parts: [[Int]] = []
    for job in jobs {
      let root = find(job)
      if let place = places[root] {
        parts[place].append(job)
      } else {
        places[root] = parts.count
        parts.append([job])
      }
    }
    return parts
  }

  /// Takes parts apart, the heaviest first, until there are as many as shards or nothing can be taken
  /// apart: what their branches start from becomes trunk.
  mutating func split(_ parts: inout [[Int]], into count: Int, _ weigh: ([Int]) -> Int128) {
    var whole: Set<Int> = []
    while parts.count < count {
      let candidates = parts.indices.filter { parts[$0].count > 2 && !whole.contains(parts[$0][0]) }
      guard let heaviest = candidates.max(by: { (weigh(parts[$0]), $1) < (weigh(parts[$1]), $0) })
      else { return }
      if let (trunk, branches) = branches(of: parts[heaviest]) {
        for job in trunk { isTrunk[job] = true }
        parts.replaceSubrange(heaviest...heaviest, with: branches)
      } else {
        whole.insert(parts[heaviest][0])
      }
    }
  }

  /// Takes away what everything else of a part starts from until the rest falls apart; `nil` when it
  /// never does.
  private func branches(of part: [Int]) -> (trunk: [Int], branches: [[Int]])? {
    var trunk: [Int] = []
    var rest = part
    while !rest.isEmpty {
      let left = Set(rest)
      let sources = rest.filter { !requires[$0].contains(where: left.contains) }
      trunk += sources
      let taken = Set(sources)
      rest = rest.filter { !taken.contains($0) }
      let branches = components(of: rest)
      if branches.count > 1 { return (trunk, branches) }
    }
    return nil
  }

  /// The parts in an order in which those on the same trunk are neighbours.
  func sortedByTrunk(_ parts: [[Int]]) -> [[Int]] {
    parts.map { (trunk: trunk(below: $0), part: $0) }
      .sorted { left, right in
        left.trunk == right.trunk
          ? left.part[0] < right.part[0] : left.trunk.lexicographicallyPrecedes(right.trunk)
      }
      .map(\.part)
  }

  /// The jobs with all trunk that they stand on, in ascending order.
  func withTrunk(_ jobs: [Int]) -> [Int] { (jobs + trunk(below: jobs)).sorted() }

  /// The trunk that these jobs stand on, in ascending order.
  private func trunk(below jobs: [Int]) -> [Int] {
    var found: Set<Int> = []
    var pending = jobs
    while let job = pending.popLast() {
      for required in requires[job] where isTrunk[required] && found.insert(required).inserted {
        pending.append(required)
      }
    }
    return found.sorted()
  }
}
