import Grid

/// Chooses the jobs to run first so that the cost of everything that is missing can be told, with an
/// interval.
///
/// Timings are comparable within a class: stages of one kind that agree in every word and truth value
/// among their parameters, which is the rule of `CostModel`.
package struct Pilot {
  /// A job that is not done.
  package struct Job: Hashable, Sendable {
    /// Its stages that are missing.
    package let stages: [StageKey]
    /// The jobs that it waits for, by their places in the list.
    package let requires: [Int]

    package init(stages: [StageKey], requires: [Int]) {
      self.stages = stages
      self.requires = requires
    }
  }

  /// Timings of a class that are enough for an interval; of a class with fewer stages, all of them.
  package static let timings = 3

  private struct Class: Hashable {
    let kind: String
    let words: ParameterAssignment
    let numbers: Set<String>

    init(_ kind: String, _ parameters: ParameterAssignment) {
      self.kind = kind
      words = parameters.filter { $0.value.double == nil }
      numbers = Set(parameters.filter { $0.value.double != nil }.keys)
    }
  }

  private let jobs: [Job]
  /// By job: the classes of its stages, with how many of each.
  private var classes: [[Class: Int]] = []
  /// By job: its steps, and its stages without steps.
  private var loads: [Int] = []
  /// How many more timings each class needs, in the order of the first job that has it.
  private var needed: [Class: Int] = [:]
  private var order: [Class] = []
  private var chosen: Set<Int> = []

  /// The places of the jobs to run, with all that they wait for, in ascending order; empty when every
  /// class was timed. The least that gives the timings, class by class.
  ///
  /// - Complexity: O(stages + classes × jobs · log jobs).
  package static func jobs(
    among jobs: [Job], of tree: StageTree, program: ProgramDescription, timed: [TimedStage]
  ) -> [Int] {
    var pilot = Pilot(jobs, tree, program)
    pilot.count(timed, of: program)
    pilot.choose()
    return pilot.chosen.sorted()
  }

  private init(_ jobs: [Job], _ tree: StageTree, _ program: ProgramDescription) {
    self.jobs = jobs
    var whole = WholeParameters(tree)
    var known: [StageKey: Class] = [:]
    for job in jobs {
      var counts: [Class: Int] = [:]
      var load = 0
      // A job of a plan that is no more may have stages that this one lacks.
      for stage in job.stages.compactMap(tree.stage) {
        let own: Class
        if let found = known[stage.trajectory] {
          own = found
        } else {
          own = Class(
            stage.kind, CostModel.deciding(whole.parameters(of: stage), of: program))
          known[stage.trajectory] = own
        }
        counts[own, default: 0] += 1
        load = load.addingSaturated(
          stage.step.map { max(1, $0 - (tree.stateBelow(stage)?.step ?? 0)) } ?? 1)
        if needed[own] == nil { order.append(own) }
        needed[own] = min(Self.timings, needed[own, default: 0] + 1)
      }
      classes.append(counts)
      loads.append(load)
    }
  }

  private mutating func count(_ timed: [TimedStage], of program: ProgramDescription) {
    let versions = Dictionary(
      program.stages.map { ($0.kind, $0.version) }, uniquingKeysWith: { first, _ in first })
    for stage in timed where versions[stage.kind] == stage.version {
      needed[Class(stage.kind, CostModel.deciding(stage.parameters, of: program))]? -= 1
    }
  }

  private mutating func choose() {
    for wanted in order where needed[wanted, default: 0] > 0 {
      let candidates = jobs.indices.filter { classes[$0][wanted] != nil }
        .sorted { (loads[$0], $0) < (loads[$1], $1) }
      for job in candidates {
        guard needed[wanted, default: 0] > 0 else { break }
        take(job)
      }
    }
  }

  /// Chooses a job and all that it waits for.
  private mutating func take(_ job: Int) {
    var pending = [job]
    while let next = pending.popLast() {
      guard chosen.insert(next).inserted else { continue }
      for (own, count) in classes[next] { needed[own]? -= count }
      pending += jobs[next].requires
    }
  }
}

extension Pilot {
  /// What a stage will cost that a pilot has begun and not completed, by the pace of its progress.
  ///
  /// - Parameters:
  ///   - pace: seconds for each unit of progress: a step of a trajectory, or whatever the stage counts.
  ///   - total: how many units the stage has; of a trajectory they are steps from its start.
  /// - Returns: `nil` for a stage that the tree does not have.
  package static func timing(
    of key: StageKey, in tree: StageTree, pace: Double, total: Int
  ) -> TimedStage? {
    guard let stage = tree.stage(key) else { return nil }
    var whole = WholeParameters(tree)
    let steps = stage.step.map { max(1, $0 - (tree.stateBelow(stage)?.step ?? 0)) }
    return TimedStage(
      kind: stage.kind, version: stage.version, parameters: whole.parameters(of: stage),
      steps: steps ?? 1, seconds: pace * Double(steps ?? total), bytes: 0)
  }
}
