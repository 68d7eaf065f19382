import Foundation
import Testing

/// Trajectories that branch from states of another one, by the program as a user runs it.
@Suite struct ForkTests {
  private static func grid(_ emSteps: String, _ steps: String) -> String {
    """
    name: fork
    about: Entropy minimization, then GRPO
    program: builtin
    parameters:
      preset: tiny
      method: grpo
      pretraining_steps: 60
      selection_prompts: 4
      selection_samples: 4
      prompts_per_step: 2
      group_size: 4
      maximum_tokens: 24
      grpo_maximum_tokens: 24
      reward: random
      evaluation_problems: 4
    axes:
      em_steps: \(emSteps)
      seed: {count: 2}
      step: \(steps)
    report: {rows: [em_steps], columns: [step]}
    """
  }

  /// The lines of runs.csv after the header.
  private func runs(of folder: TemporaryFolder) throws -> Set<Substring> {
    Set(try folder.read("results/fork/runs.csv").split(separator: "\n").dropFirst())
  }

  @Test("EM k in {0, 2, 5, 10}, then GRPO: shared stages give the results of separate grids")
  func forks() throws {
    let together = try TemporaryFolder()
    try together.write(Self.grid("[0, 2, 5, 10]", "[0, 2]"), to: "fork.yaml")
    let plan = try EspalierProgram.succeed(["plan", "fork.yaml"], in: together)
    // Two seeds of 10 steps each.
    #expect(
      plan.standardOutput.contains("em: 6 stages (6 new), 20 steps"), "\(plan.standardOutput)")
    try EspalierProgram.succeed(["run", "fork.yaml", "-j", "2"], in: together)
    var separate: Set<Substring> = []
    for steps in [0, 2, 5, 10] {
      let alone = try TemporaryFolder()
      try alone.write(Self.grid("[\(steps)]", "[0, 2]"), to: "fork.yaml")
      try EspalierProgram.succeed(["run", "fork.yaml", "-j", "1"], in: alone)
      separate.formUnion(try runs(of: alone))
    }
    let shared = try runs(of: together)
    #expect(shared.count == 16)
    #expect(shared == separate)
  }
}
