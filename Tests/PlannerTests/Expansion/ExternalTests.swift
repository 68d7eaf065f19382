import Grid
import Keys
import Testing

@testable import Planner

@Suite struct ExternalTests {
  static let grid = """
    program:
      command: [python3, train.py, --lr, "{learning_rate}", "--seed={seed}"]
      prefix: step
      resources: {cpus: 2, memory: 4 GiB, gpus: 1, time: 1h 30m, growth: {memory: 2, time: 1.5}}
      retries: 2
      environment: {OMP_NUM_THREADS: "1", DEBUG: 0}
    parameters: {data: iris}
    axes:
      learning_rate: [1, 0.5]
      seed: {count: 2}
      step: {from: 0, to: 3}
    """

  @Test func theProgramIsRead() throws {
    let program = try Laboratory.read(Self.grid).specification.program
    #expect(
      program
        == ProgramSpecification(
          work: .external(
            ExternalProgram(
              invocation: .command([
                "python3", "train.py", "--lr", "{learning_rate}", "--seed={seed}",
              ]), prefix: "step", environment: ["OMP_NUM_THREADS": "1", "DEBUG": "0"])),
          resources: Resources(
            cpus: 2, memory: 4 << 30, gpus: 1, time: 5400, memoryGrowth: 2, timeGrowth: 1.5),
          retries: 2))
  }

  /// A grid whose hash changes is planned anew, which takes long where it is large: the hash is of this
  /// text, whatever writes it.
  @Test func theHashIsOfOneText() throws {
    let grid = try Laboratory.read(
      """
      name: g
      program: {command: ["true", "{rate}"]}
      parameters: {data: iris}
      axes:
        rate: [1, 0.5]
        pair: [{label: a, width: 1}, {label: b, width: 2}]
        seed: {count: 2}
      """)
    let assignment = #"{"assignment":{"#
    let axes = #"""
      [{"name":"rate","points":[\#(assignment)"rate":1},"label":1},\#(assignment)"rate":0.5},"label":0.5}]},\#
      {"name":"pair","points":[\#(assignment)"width":1},"label":"a"},\#
      \#(assignment)"width":2},"label":"b"}]},\#
      {"name":"seed","points":[\#(assignment)"seed":0},"label":0},\#(assignment)"seed":1},"label":1}]}]
      """#
    let text = #"""
      {"planner":1,"program":\#(grid.program.canonical.text),"specification":{"about":null,"axes":\#(axes),\#
      "conditions":[],"exclude":[],"fixed":{"data":"iris"},"name":"g","program":{"cpus":1,"gpus":0,\#
      "memory":null,"memoryGrowth":null,"retries":0,"time":null,"timeGrowth":null,"work":\#
      {"@command":"[\"true\",\"{rate}\"]"}},"replicateAxis":"seed","report":\#
      {"baseline":null,"columns":[],"metrics":[],"rows":[]},"variants":[]}}
      """#
    #expect(grid.hash == Digest(of: text), "\(text)")
  }

  @Test func limitsGrowWithEachFailedAttempt() throws {
    let resources = try Laboratory.read(Self.grid).specification.program.resources
    #expect(resources.grown(failures: 0) == resources)
    let second = resources.grown(failures: 2)
    #expect(second.memory == 16 << 30)
    #expect(second.time == 5400 * 1.5 * 1.5)
    #expect(second.cpus == 2 && second.gpus == 1)
    #expect(resources.grown(failures: 1000).memory == 1 << 62)
    #expect(Resources(memory: 7).grown(failures: 3).memory == 7)
  }

  @Test func stepsMayBeAsLargeAsNumbersAre() throws {
    let grid = try Laboratory.read(
      """
      program: {command: [train, "{rate}", "{seed}"], prefix: tokens}
      axes:
        rate: [1, 2]
        seed: {count: 3}
        tokens: [1000000000, 5000000000, 4000000000000000000]
      """)
    let plan = try PlanBuilder.plan(grid)
    #expect(
      plan.stages.prefix(3).map(\.step)
        == [1_000_000_000, 5_000_000_000, 4_000_000_000_000_000_000])
    // Six times the last one is more than there is a number for.
    #expect(plan.sharing.map(\.steps) == [.max] && plan.sharing.map(\.stepsAlone) == [.max])
    let tree = StageTree(plan.stages, of: grid.program)
    #expect(
      PlanSummary(plan: plan, tree: tree, jobs: 6, standings: []).kinds.map(\.stepsLeft) == [.max])
    let partition = ShardPartition(tree, of: grid.program, into: 4)
    #expect(partition.parts == 6)
    let shares = (1...4).compactMap { Shard(number: $0, of: 4) }
      .map { partition.plan(of: $0, from: plan) }
    #expect(shares.map(\.runs.count) == [3, 6, 3, 6])
    let steps = 4_000_000_000_000_000_000
    #expect(shares.map { $0.sharing.map(\.steps) } == [[steps], [2 * steps], [steps], [2 * steps]])
    let cost = CostModel(of: grid.program, timed: [])
      .cost(of: tree, missing: Array(tree.stages.indices))
    #expect(cost.unknownKinds == ["external"])
  }

  @Test func aPrefixAxisIsOneTrajectory() throws {
    let plan = try Laboratory.plan(Self.grid)
    #expect(plan.runs.count == 16)
    #expect(plan.stages.count == 16)
    #expect(plan.stages.map(\.step) == Array(repeating: [0, 1, 2, 3], count: 4).flatMap { $0 })
    #expect(Set(plan.stages.map(\.trajectory)).count == 4)
    #expect(plan.runs.map(\.stages) == plan.stages.map { [$0.key] })
    let stage = plan.stages[0]
    #expect(stage.kind == "external")
    #expect(stage.parameters["data"] == .string("iris"))
    #expect(stage.parameters["step"] == nil)
    #expect(stage.parameters["@prefix"] == .string("step"))
    #expect(stage.parameters["@environment"] == .string(#"{"DEBUG":"0","OMP_NUM_THREADS":"1"}"#))
    #expect(
      stage.parameters["@command"]
        == .string(#"["python3","train.py","--lr","{learning_rate}","--seed={seed}"]"#))
    #expect(
      plan.runs[0].parameters == #"{"data":"iris","learning_rate":1,"seed":0,"step":0}"#)
    let jobs = JobBuilder.jobs(
      of: StageTree(plan.stages, of: try Laboratory.read(Self.grid).program), done: [],
      program: try Laboratory.read(Self.grid).program)
    #expect(jobs.map(\.stages.count) == [4, 4, 4, 4])
  }

  @Test func theCommandIsPartOfTheKeyAndResourcesAreNot() throws {
    let base = try Laboratory.plan(Self.grid)
    let slower = try Laboratory.plan(
      Self.grid.replacing("1h 30m", with: "2h").replacing("retries: 2", with: "retries: 5"))
    #expect(Array(slower.stages) == Array(base.stages))
    let other = try Laboratory.plan(Self.grid.replacing("train.py", with: "learn.py"))
    #expect(Set(other.stages.map(\.key)).isDisjoint(with: base.stages.map(\.key)))
    #expect(other.runs.map(\.id) == base.runs.map(\.id))
  }

  @Test func withoutAPrefixEveryRunIsAProcess() throws {
    let text = "program: {shell: 'echo {x}'}\naxes: {x: [a, b]}\n"
    let plan = try Laboratory.plan(text)
    #expect(plan.stages.map(\.step) == [nil, nil])
    #expect(
      plan.stages.map { $0.parameters["@shell"] } == [.string("echo {x}"), .string("echo {x}")])
    #expect(plan.specification.replicateAxis == nil)
  }

  @Test func oneFractionMakesAllNumbers() throws {
    let axes = try Laboratory.read(Self.grid).specification.axes
    #expect(axes[0].points.map(\.label) == [.number(1), .number(0.5)])
    #expect(axes[1].points.map(\.label) == [.integer(0), .integer(1)])
  }

  @Test func theLongFormOfTheBuiltinProgram() throws {
    let grid = try Laboratory.read(
      """
      program: {name: builtin, resources: {time: 600}, retries: 1}
      parameters: {model: tiny}
      """)
    #expect(
      grid.specification.program
        == ProgramSpecification(work: .builtin, resources: Resources(time: 600), retries: 1))
    #expect(grid.program == Laboratory.description)
  }
}
