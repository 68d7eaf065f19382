import Foundation
import Grid
import Keys
import Testing

@testable import Planner

/// Shipped grids give the runs, stages and jobs that they gave before plans were kept in columns: same
/// ids, same keys, same labels, in the same order, to the byte. The digests were made from the job tables
/// that the planner of before wrote.
@Suite struct PlanGoldenTests {
  static let golden = [
    "examples/iris": "74c0430724d1b1f553e40816151f19e746fed189231fb9d3fb3ec21f29d879a2",
    "examples/compression": "2fee7858be173abfa8ab054d61ad58738769e69552713dbf474f453ec14c914e",
    "reference/command": "93d4d3077a980627f839d4b44da912adf65c8409d73c89cadbfc0c66986858f2",
    "reference/shell": "f633849ace459a33ea60f8bd3e876de21d148ec2980edf970d60bae87b1a35d8",
  ]

  @Test(arguments: golden.keys.sorted()) func plansAreWhatTheyWere(name: String) throws {
    let grids = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "grids")
    let text = try String(contentsOf: grids.appending(path: name + ".yaml"), encoding: .utf8)
    let base = try String(contentsOf: grids.appending(path: "reference/base.yaml"), encoding: .utf8)
    let grid = try Laboratory.read(
      text, file: "grids/\(name).yaml",
      files: ["grids/reference/base.yaml": base, "base.yaml": base])
    let plan = try PlanBuilder.plan(grid)
    #expect(Digest(of: Self.lines(plan, grid.program)).hex == Self.golden[name])
  }

  static func lines(_ plan: Plan, _ program: ProgramDescription) -> String {
    var text = ""
    func words(_ keys: [StageKey]) -> String { keys.map(\.hex).joined(separator: " ") }
    for run in plan.runs {
      let values = CanonicalJSON.array(run.axisValues.map(\.canonical)).text
      text += "run \(run.id) \(values) \(words(run.stages))\n"
      #expect(RunID(digest: Digest(of: run.parameters)) == run.id)
    }
    for stage in plan.stages {
      let step = stage.step.map(String.init) ?? "-"
      text += "stage \(stage.key) \(stage.kind) \(stage.version) \(step) \(words(stage.parents))\n"
      #expect(
        stage
          == Stage(
            kind: stage.kind, version: stage.version, parameters: stage.parameters,
            parents: stage.parents, step: stage.step))
    }
    let jobs = JobBuilder.jobs(
      of: StageTree(plan.stages, of: program), done: [], program: program)
    var home: [StageKey: Int] = [:]
    for (number, job) in jobs.enumerated() { for stage in job.stages { home[stage] = number } }
    for job in jobs {
      let required = Set(job.requires.compactMap { home[$0] }).sorted()
      text += "job \(job.label): \(words(job.stages)): "
      text += required.map(String.init).joined(separator: " ") + "\n"
    }
    return text
  }

  /// The texts that the job table keeps of a stage's parameters make up the whole again.
  @Test func textsOfParametersAreTheParameters() throws {
    let plan = try Laboratory.plan(
      """
      parameters: {model: tiny}
      variants:
        - axes: {method: [em], temperature: [0.5, 1], loss_temperature: [tied, 0.7], step: [0, 3]}
        - axes: {method: [none, em], evaluation_temperature: [0, 1], rl_step: [0, 2]}
      """)
    let templates = plan.stages.templates
    var common: [Int: ParameterAssignment] = [:]
    var own = JSONObjectText()
    for index in plan.stages.indices {
      let template = plan.stages.template(at: index)
      let base = templates.writeText(of: template, to: &own)
      func object(_ text: String) throws -> ParameterAssignment {
        try JSONDecoder().decode(ParameterAssignment.self, from: Data(text.utf8))
      }
      let whole = try object(templates.bases[base]).merging(
        object(String(decoding: own.bytes, as: UTF8.self))
      ) { _, _ in
        Issue.record("a parameter stands in both")
        return .integer(0)
      }
      #expect(whole.canonical.text == plan.stages[index].parameters.canonical.text)
      var each: ParameterAssignment = [:]
      templates.forEachParameter(of: template) { each[$0] = $1 }
      #expect(each == plan.stages[index].parameters)
      // Templates of one family differ in what varies and in nothing else.
      guard let family = templates.family(of: template) else { continue }
      let names = templates.varying(inFamily: family)
      var varying: ParameterAssignment = [:]
      templates.forEachVarying(of: template) { varying[names[$0]] = $1 }
      #expect(varying == each.filter { names.contains($0.key) })
      let others = each.filter { !names.contains($0.key) }
      #expect(common[family] ?? others == others)
      common[family] = others
    }
    #expect(common.count > 2)
  }
}
