import Grid
import Keys
import Testing

@testable import Planner

@Suite struct JobTests {
  private func jobs(_ plan: Plan, done: Set<StageKey> = []) -> [PlannedJob] {
    JobBuilder.jobs(
      of: StageTree(plan.stages, of: Laboratory.description), done: done,
      program: Laboratory.description)
  }

  /// What must hold of any jobs: every missing stage in exactly one, no stage that is done, what a
  /// job requires is done or comes in an earlier job, parents before children within a job.
  private func checkJobs(_ jobs: [PlannedJob], of plan: Plan, done: Set<StageKey> = []) {
    let all = jobs.flatMap(\.stages)
    #expect(Set(all).count == all.count)
    #expect(Set(all) == Set(plan.stages.map(\.key)).subtracting(done))
    let tree = StageTree(plan.stages, of: Laboratory.description)
    var ready = done
    for job in jobs {
      #expect(Set(job.requires).isDisjoint(with: job.stages))
      #expect(Set(job.requires).count == job.requires.count)
      #expect(job.requires.allSatisfy(ready.contains))
      for key in job.stages {
        let stage = tree.stage(key)!
        #expect(stage.parents.allSatisfy { ready.contains($0) })
        #expect(
          stage.parents.allSatisfy { job.requires.contains($0) || job.stages.contains($0) })
        ready.insert(key)
      }
      let context = tree.context(of: job.stages)
      #expect(Set(context.map(\.key)).isDisjoint(with: job.stages))
      #expect(Set(job.requires).isSubset(of: context.map(\.key)))
      var known = Set<StageKey>()
      for stage in context {
        #expect(stage.parents.allSatisfy { known.contains($0) || job.stages.contains($0) })
        known.insert(stage.key)
      }
    }
  }

  static let ladder = """
    parameters: {model: tiny, method: em}
    axes: {seed: {count: 3}, step: {from: 0, to: 10}}
    """

  @Test func oneJobATrajectory() throws {
    let plan = try Laboratory.plan(Self.ladder)
    let jobs = jobs(plan)
    checkJobs(jobs, of: plan)
    // The base with its evaluation, the selection, and each seed's ten states and evaluations.
    #expect(jobs.map(\.stages.count) == [2, 1, 20, 20, 20])
    #expect(
      jobs.map(\.label) == [
        "prepare, 1 × evaluate", "select", "em seed=0, 10 steps, 10 × evaluate",
        "em seed=1, 10 steps, 10 × evaluate", "em seed=2, 10 steps, 10 × evaluate",
      ])
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let steps = jobs[2].stages.map { tree.stage($0)! }.map { $0.step ?? -1 }
    #expect(steps == (1...10).flatMap { [$0, -1] })
    #expect(
      jobs[2].requires == [plan.stages(of: "prepare")[0].key, plan.stages(of: "select")[0].key])
    #expect(tree.kept(among: jobs[2].stages).map { tree.stage($0)!.step } == [10])
  }

  @Test func theOrderOfTheAxisDoesNotMatterToATrajectory() throws {
    let plan = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {step: [4, 1, 3]}\n")
    let jobs = jobs(plan)
    checkJobs(jobs, of: plan)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    #expect(jobs.last!.stages.compactMap { tree.stage($0)!.step } == [1, 3, 4])
  }

  @Test func aForkEndsAJobAndStepsAreComputedOnce() throws {
    let text = """
      parameters: {model: tiny, method: em}
      axes: {seed: {count: 2}, step: [0, 2, 5, 10], rl_step: [0, 20]}
      """
    let plan = try Laboratory.plan(text)
    let em = plan.sharing.first { $0.kind == "em" }!
    // 10 steps a seed, not 2 + 5 + 10 = 17 (and those twice, once for each end of rl_step).
    #expect(em.steps == 20)
    #expect(em.stepsAlone == 68)
    let jobs = jobs(plan)
    checkJobs(jobs, of: plan)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    #expect(tree.forks.count == 6)
    let emJobs = jobs.filter { tree.stage($0.stages[0])!.kind == "em" }
    #expect(
      emJobs.map { $0.stages.compactMap { tree.stage($0)!.step } } == [
        [2], [5], [10], [2], [5], [10],
      ])
    #expect(
      emJobs.map(\.label) == [
        "em seed=0, 2 steps, 1 × evaluate", "em seed=0, steps 3–5, 1 × evaluate",
        "em seed=0, steps 6–10, 1 × evaluate", "em seed=1, 2 steps, 1 × evaluate",
        "em seed=1, steps 3–5, 1 × evaluate", "em seed=1, steps 6–10, 1 × evaluate",
      ])
    // The second job of a trajectory waits for the state of the first and goes on from it.
    #expect(emJobs[1].requires.contains(emJobs[0].stages[0]))
    #expect(emJobs.allSatisfy { tree.kept(among: $0.stages).count == 1 })
    let grpo = jobs.filter { tree.stage($0.stages[0])!.kind == "grpo" }
    #expect(grpo.count == 8)
    #expect(grpo[1].requires == [emJobs[0].stages[0]])
  }

  @Test func elevenEvaluationTemperaturesTrainOnce() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny, method: em}
      axes:
        evaluation_temperature: {from: 0, to: 1, by: 0.1}
        step: [0, 10]
      """)
    let jobs = jobs(plan)
    checkJobs(jobs, of: plan)
    #expect(jobs.map(\.stages.count) == [12, 1, 12])
    #expect(plan.sharing.first { $0.kind == "em" }!.steps == 10)
  }

  @Test func missingMeasurementsOfABaseAreOneJob() throws {
    let plan = try Laboratory.plan(
      "axes: {model: [tiny, small], evaluation_temperature: [0, 0.5, 1]}\n")
    let bases = plan.stages(of: "prepare").map(\.key)
    let jobs = jobs(plan, done: Set(bases))
    checkJobs(jobs, of: plan, done: Set(bases))
    #expect(jobs.map(\.stages.count) == [3, 3])
    #expect(jobs.map(\.requires) == [[bases[0]], [bases[1]]])
    #expect(
      jobs.map(\.label) == [
        "evaluate model=tiny, 3 × evaluate", "evaluate model=small, 3 × evaluate",
      ])
  }

  @Test func moreStepsGoOnFromTheLastState() throws {
    let plan = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {step: {from: 0, to: 12}}\n")
    let shorter = try Laboratory.plan(
      "parameters: {model: tiny, method: em}\naxes: {step: {from: 0, to: 10}}\n")
    let done = Set(shorter.stages.map(\.key))
    let jobs = jobs(plan, done: done)
    checkJobs(jobs, of: plan, done: done)
    #expect(jobs.count == 1)
    #expect(jobs[0].label == "em, steps 11–12, 2 × evaluate")
    let tenth = plan.stages(of: "em").first { $0.step == 10 }!.key
    #expect(jobs[0].requires.contains(tenth))
  }

  @Test func measurementsOfStatesThatAreDone() throws {
    let plan = try Laboratory.plan(Self.ladder)
    let tree = StageTree(plan.stages, of: Laboratory.description)
    let evaluations = plan.stages(of: "evaluate").filter { tree.stage($0.parents[0])!.step == 3 }
    let done = Set(plan.stages.map(\.key)).subtracting(evaluations.map(\.key))
    let jobs = jobs(plan, done: done)
    checkJobs(jobs, of: plan, done: done)
    #expect(jobs.map(\.stages) == evaluations.map { [$0.key] })
    #expect(jobs.map(\.requires) == evaluations.map(\.parents))
    // To compute state 3 again the worker is told of the states below.
    #expect(tree.context(of: jobs[0].stages).map(\.step) == [nil, nil, 1, 2, 3])
  }

  @Test func nothingMissingIsNoJob() throws {
    let plan = try Laboratory.plan(Self.ladder)
    #expect(jobs(plan, done: Set(plan.stages.map(\.key))).isEmpty)
  }

  /// Random grids, random sets of what is done.
  @Test(arguments: 0..<60)
  func jobsOfRandomGrids(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), purpose: RandomPurpose("jobs")).generator(0)
    var axes = ["model: [tiny, small]", "method: [none, em]", "seed: {count: 2}"]
    axes.append(
      "step: [\(Set((0..<4).map { _ in random.below(9) }).map(String.init).sorted().joined(separator: ", "))]"
    )
    axes.append(
      "rl_step: [\(Set((0..<3).map { _ in random.below(4) }).map(String.init).sorted().joined(separator: ", "))]"
    )
    axes.append("evaluation_temperature: [0, 1]")
    axes.append("temperature: [0.5, 1]")
    axes.append("selection: [random, variance]")
    axes.shuffle(using: &random)
    var text = random.below(2) == 0 ? "parameters: {model: tiny}\n" : ""
    if !text.isEmpty { axes.removeAll { $0.hasPrefix("model") } }
    axes = Array(axes.prefix(3 + random.below(6)))
    if text.isEmpty, !axes.contains(where: { $0.hasPrefix("model") }) {
      text = "parameters: {model: small}\n"
    }
    let plan = try Laboratory.plan(text + "axes:\n" + axes.map { "  \($0)\n" }.joined())
    checkJobs(jobs(plan), of: plan)
    // What is done is closed: a stage is done only after those that it comes from.
    let tree = StageTree(plan.stages, of: Laboratory.description)
    var done: Set<StageKey> = []
    for stage in plan.stages.sorted(by: { ($0.step ?? 0) < ($1.step ?? 0) }) + plan.stages {
      let isReady =
        stage.parents.allSatisfy(done.contains)
        && tree.stateBelow(stage).map { done.contains($0.key) } ?? true
      if isReady, random.below(3) > 0 { done.insert(stage.key) }
    }
    checkJobs(jobs(plan, done: done), of: plan, done: done)
  }
}
