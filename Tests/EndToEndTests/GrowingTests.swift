import Foundation
import Testing

/// A sweep that grows costs only what is new.
@Suite(.serialized)
struct GrowingTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func grid(
    seeds: Int = 2, steps: String = "{from: 0, to: 2}", temperatures: String = "[0]"
  ) -> String {
    """
    name: growing
    preset: tiny
    parameters:
      pretraining_steps: 20
      method: em
      evaluation_problems: 4
      evaluation_samples: 2
      selection_prompts: 4
      selection_samples: 4
    axes:
      seed: {count: \(seeds)}
      step: \(steps)
      evaluation_temperature: \(temperatures)
    """
  }

  /// What `plan --output json` says.
  private struct PlanOutput: Decodable {
    struct Counts: Decodable, Equatable {
      var total = 0
      var new = 0
      var reused = 0
      var done = 0
      var pending = 0
      var failed = 0
    }

    struct Kind: Decodable {
      let kind: String
      let stages: Counts
      let steps: Int
      let stepsAlone: Int
      let stepsLeft: Int
    }

    struct Cost: Decodable {
      /// Unknown while a kind was never timed.
      let seconds: Double?
      let secondsLow: Double?
      let secondsHigh: Double?
      let unknownKinds: [String]
    }

    let runs: Counts
    let orphaned: Int
    let jobs: Int
    let stages: [Kind]
    let cost: Cost

    func kind(_ name: String) -> Kind? { stages.first { $0.kind == name } }
  }

  private func plan(_ text: String) throws -> PlanOutput {
    try folder.write(text, to: "growing.yaml")
    let output = try EspalierProgram.succeed(
      ["plan", "growing.yaml", "--output", "json"], in: folder)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(PlanOutput.self, from: Data(output.standardOutput.utf8))
  }

  private func run() throws -> Set<Substring> {
    try EspalierProgram.succeed(["run", "growing.yaml", "-j2"], in: folder)
    return Set(try folder.read("results/growing/runs.csv").split(separator: "\n"))
  }

  /// How many stages of a kind were ever computed for the grid.
  private func computed(_ kind: String) throws -> Int {
    try folder.read("results/growing/timings.csv").split(separator: "\n")
      .count { $0.contains(",\(kind),") }
  }

  @Test("More seeds, more steps, fewer seeds and more again")
  func seedsAndSteps() throws {
    let first = try plan(grid())
    #expect(first.runs == PlanOutput.Counts(total: 6, new: 6))
    #expect(first.cost.unknownKinds.contains("em") && first.cost.seconds == nil)
    let before = try run()

    // Step 0 of a new seed is the base, which is measured already.
    let seeds = try plan(grid(seeds: 3))
    #expect(seeds.runs == PlanOutput.Counts(total: 9, new: 2, reused: 1, done: 6))
    #expect(seeds.kind("em")?.stepsLeft == 2 && seeds.kind("prepare")?.stages.done == 1)
    #expect(seeds.jobs == 1)
    let seconds = try #require(seeds.cost.seconds)
    #expect(seeds.cost.unknownKinds == [] && seconds > 0)
    #expect((seeds.cost.secondsLow ?? .infinity) <= seconds)
    #expect((seeds.cost.secondsHigh ?? 0) >= seconds)
    let more = try run()
    #expect(before.isSubset(of: more) && more.count == 10)
    #expect(try computed("em") == 6)

    // A trajectory goes on from its last state: were it to begin anew it would need the base, and
    // find that it is damaged.
    let artifacts = folder.url.appending(path: "results/artifacts")
    let base = try #require(try basePath())
    try Data("damaged".utf8).write(to: artifacts.appending(path: base))
    let steps = try plan(grid(seeds: 3, steps: "{from: 0, to: 4}"))
    #expect(steps.runs == PlanOutput.Counts(total: 15, new: 6, done: 9))
    #expect(steps.kind("em")?.stepsLeft == 6)
    let longer = try run()
    #expect(more.isSubset(of: longer) && longer.count == 16)
    #expect(try computed("prepare") == 1 && computed("em") == 12)
    let verdict = try EspalierProgram.run(["verify"], in: folder)
    #expect(verdict.status == 4 && verdict.standardOutput.contains(base))

    // Fewer: what is left out is kept aside, and is done when it is asked for again.
    let fewer = try plan(grid(seeds: 1, steps: "{from: 0, to: 4}"))
    #expect(fewer.runs == PlanOutput.Counts(total: 5, done: 5))
    #expect(fewer.orphaned == 10 && fewer.jobs == 0)
    _ = try run()
    let again = try plan(grid(seeds: 3, steps: "{from: 0, to: 4}"))
    #expect(again.runs == PlanOutput.Counts(total: 15, done: 15))
    #expect(again.orphaned == 0)
    #expect(try run() == longer)
  }

  /// The base model's artifact, below the folder of artifacts.
  private func basePath() throws -> String? {
    let root = folder.url.appending(path: "results/artifacts").path(percentEncoded: false)
    let timings = try folder.read("results/growing/timings.csv").split(separator: "\n")
    guard let key = timings.first(where: { $0.contains(",prepare,") })?.prefix(while: { $0 != "," })
    else { return nil }
    let found = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
    return found.first {
      $0.hasSuffix(".state.zst") && $0.filter { $0 != "/" }.hasPrefix(key.prefix(12))
    }
  }

  @Test("Eleven evaluation temperatures train once, and more of them train no more")
  func evaluationTemperatures() throws {
    let eleven = "{from: 0, to: 1, by: 0.1}"
    let first = try plan(grid(seeds: 1, steps: "[2]", temperatures: eleven))
    #expect(first.runs.new == 11)
    #expect(first.kind("em")?.steps == 2 && first.kind("em")?.stepsAlone == 22)
    #expect(first.kind("em")?.stages.total == 1 && first.kind("prepare")?.stages.total == 1)
    let before = try run()
    #expect(try computed("em") == 1 && computed("evaluate") == 11)

    let more = try plan(grid(seeds: 1, steps: "[2]", temperatures: "{from: 0, to: 1.5, by: 0.1}"))
    #expect(more.runs == PlanOutput.Counts(total: 16, new: 5, done: 11))
    #expect(more.kind("em")?.stepsLeft == 0 && more.jobs == 1)
    let after = try run()
    #expect(before.isSubset(of: after) && after.count == 17)
    #expect(try computed("em") == 1 && computed("evaluate") == 16)
  }

  @Test("A program of the user's runs again only for what is new")
  func externalProgram() throws {
    func text(_ seeds: Int) -> String {
      """
      name: growing
      program:
        shell: |
          echo {seed} >> calls
          printf '{"metrics": {"double": %d}}\\n' $((2 * {seed}))
      axes: {seed: {count: \(seeds)}}
      """
    }
    try folder.write(text(3), to: "growing.yaml")
    let before = try run()
    #expect(try plan(text(5)).runs == PlanOutput.Counts(total: 5, new: 2, done: 3))
    let after = try run()
    #expect(before.isSubset(of: after) && after.count == 6)
    #expect(try folder.read("calls").split(separator: "\n").sorted() == ["0", "1", "2", "3", "4"])
  }
}
