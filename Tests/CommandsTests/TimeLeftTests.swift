import Grid
import JobTable
import Keys
import Planner
import Testing

@testable import Commands

/// The time that is left, held against what it then was: simulated slots take one job after the other,
/// and `status` is asked at a random instant.
@Suite struct TimeLeftTests {
  /// How long the stages of jobs take.
  enum Spread: CaseIterable {
    case equal, twoValues, uniform, longTail

    func draw(_ generator: inout StreamGenerator) -> Double {
      let u = (Double(generator.below(1 << 30)) + 0.5) / Double(1 << 30)
      switch self {
      case .equal: return 2
      case .twoValues: return u < 0.5 ? 4 : 4.5
      case .uniform: return 1 + 9 * u
      case .longTail: return 1 / (u + 0.05)
      }
    }
  }

  struct World {
    let spread: Spread
    let jobs: Int
    let slots: Int
    let stages: Int
    /// Seconds that each job takes beside its stages.
    let beside: Double
  }

  private static let worlds: [World] = Spread.allCases.flatMap { spread in
    [(20, 1), (10, 2), (30, 2), (200, 2), (40, 8), (400, 16)].flatMap { jobs, slots in
      [1, 6].flatMap { stages in
        [0.0, 1.5].map {
          World(spread: spread, jobs: jobs, slots: slots, stages: stages, beside: $0)
        }
      }
    }
  }

  /// One stage of the simulated grid.
  private struct Event {
    let began: Double
    let ended: Double
  }

  private static let grid: (tree: StageTree, program: ProgramDescription) = {
    let specification = GridSpecification(
      name: "g",
      program: ProgramSpecification(
        work: .external(ExternalProgram(invocation: .command(["true", "{seed}"])))),
      axes: [
        Axis(name: "seed", points: AxisPoints(values: (0..<2400).map { .integer($0) }, of: "seed"))
      ],
      replicateAxis: "seed")
    let program = KnownGrid.program(of: specification)
    guard
      let plan = try? PlanBuilder.plan(ReadGrid(specification: specification, program: program))
    else { fatalError("the grid cannot be planned") }
    return (StageTree(plan.stages, of: program), program)
  }()

  private func estimate(missing: Int, timed: [Double]) throws -> CostEstimate {
    let stage = Self.grid.tree.stages[0]
    let timed = timed.map {
      TimedStage(
        kind: stage.kind, version: stage.version, parameters: stage.parameters, steps: 1,
        seconds: $0, bytes: 0)
    }
    let model = CostModel(of: Self.grid.program, timed: timed)
    return CostEstimate(model.cost(of: Self.grid.tree, missing: Array(0..<missing)))
  }

  /// What was said, and what then was.
  private struct Look {
    let said: TimeLeft
    let left: Double
    /// How much of the whole time is over.
    let share: Double

    var holds: Bool? { said.interval.map { $0.contains(left) } }
    var width: Double { said.interval.map { ($0.upperBound - $0.lowerBound) / left } ?? .infinity }
    var error: Double { abs(said.seconds - left) / left }
  }

  private func look(_ world: World, _ generator: inout StreamGenerator) throws -> Look {
    var events: [Event] = []
    var starts: [Double] = []
    var ends: [Double] = []
    var free = [Double](repeating: 0, count: world.slots)
    for _ in 0..<world.jobs {
      let slot = free.indices.min { free[$0] < free[$1] } ?? 0
      starts.append(free[slot])
      var time = free[slot] + world.beside
      for _ in 0..<world.stages {
        events.append(Event(began: time, ended: time + world.spread.draw(&generator)))
        time = events[events.count - 1].ended
      }
      ends.append(time)
      free[slot] = time
    }
    let end = free.max() ?? 0
    let third = ends.sorted()[2]
    let now = third + (end - third) * Double(generator.below(1 << 20)) / Double(1 << 20)
    let done = events.filter { $0.ended <= now }
    var activity = GridActivity()
    activity.completed = done.count
    for job in 0..<world.jobs {
      let own = events[job * world.stages..<(job + 1) * world.stages].filter { $0.ended <= now }
      if ends[job] <= now {
        activity.latest.append(
          CompletedAttempt(
            seconds: ends[job] - starts[job], stages: world.stages,
            stageSeconds: own.reduce(0) { $0 + $1.ended - $1.began }))
      } else if starts[job] <= now {
        activity.runningSince.append(own.map(\.ended).max() ?? starts[job])
      }
    }
    let missing = events.count - done.count
    let estimate = try estimate(
      missing: missing, timed: done.suffix(200).map { $0.ended - $0.began })
    let left = try #require(
      TimeLeft(estimate, isOfOneKind: true, activity: activity, now: now))
    return Look(said: left, left: end - now, share: now / end)
  }

  @Test func theIntervalHoldsAsOftenAsItSays() throws {
    var generator = RandomStream(seed: 1, purpose: RandomPurpose("time left")).generator(0)
    var held: [Bool] = []
    for world in Self.worlds {
      let looks = try (0..<40).map { _ in try look(world, &generator) }
      let own = looks.compactMap(\.holds)
      // Of few stages with a long tail the shortest are known first, whatever is said of them.
      let least = own.count * (world.spread == .longTail ? 7 : 9) / 10
      #expect(own.count(where: \.self) >= least, "\(world): \(own)")
      held += own
    }
    #expect(held.count > 3000)
    let share = Double(held.count(where: \.self)) / Double(held.count)
    #expect(share >= 0.95, "\(share) of \(held.count)")
  }

  /// The end of a session: what is paid weighs more than what is uncertain.
  @Test func theLastJobHasAnInterval() throws {
    var cost = PlanCost()
    cost.stages = 2
    cost.seconds = 10.1
    cost.standardError = 0.05
    cost.degreesOfFreedom = 100
    var activity = GridActivity()
    activity.runningSince = [92]
    activity.latest = [CompletedAttempt(seconds: 122.2, stages: 20, stageSeconds: 121.2)]
    let left = try #require(
      TimeLeft(CostEstimate(cost), isOfOneKind: false, activity: activity, now: 100))
    let interval = try #require(left.interval)
    #expect(interval.lowerBound > 4 && interval.upperBound < 6)
  }

  @Test func aSampleStandsForAllStages() throws {
    let model = CostModel(of: Self.grid.program, timed: [])
    #expect(model.cost(of: Self.grid.tree, missing: Array(0..<10), weight: 2.5).stages == 25)
  }

  /// An interval that is wide enough for anything would say nothing.
  @Test func theIntervalIsNarrowWhereMuchIsLeft() throws {
    var generator = RandomStream(seed: 2, purpose: RandomPurpose("time left")).generator(0)
    for world in Self.worlds where world.jobs == 200 {
      var looks: [Look] = []
      while looks.count < 40 {
        let look = try look(world, &generator)
        if (0.1...0.6).contains(look.share) { looks.append(look) }
      }
      let width = looks.map(\.width).sorted()[20]
      let error = looks.map(\.error).sorted()[20]
      let isRegular = world.spread == .equal || world.spread == .twoValues
      let limit = world.spread == .longTail ? 1 : isRegular ? 0.05 : 0.4
      #expect(width < limit, "\(world)")
      #expect(error < (isRegular ? 0.02 : 0.1), "\(world)")
    }
  }
}
