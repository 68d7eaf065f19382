import Foundation
import Testing

/// The built-in program from grid file to tables, killed and resumed for real.
@Suite(.serialized)
struct BuiltinGridTests {
  /// Two temperatures × two seeds × five steps of a model that trains in seconds.
  static let grid = """
    name: small
    about: A grid for the tests
    program: builtin
    parameters:
      preset: tiny
      method: em
      learning_rate: 2.0e-3
      evaluation_problems: 8
      selection_prompts: 8
      selection_samples: 8
    axes:
      temperature: [0.5, 1.0]
      seed: {count: 2}
      step: {from: 0, to: 4}
    report:
      rows: [temperature]
      columns: [step]
      baseline: {step: 0}
    """

  @Test("The same bytes with one worker, with two, and after kills of owner and workers")
  func sameBytes() throws {
    let one = try TemporaryFolder()
    let two = try TemporaryFolder()
    let killed = try TemporaryFolder()
    for folder in [one, two, killed] { try folder.write(Self.grid, to: "small.yaml") }

    let first = try EspalierProgram.succeed(["run", "small.yaml", "-j", "1"], in: one)
    #expect(first.standardOutput.contains("accuracy"))
    try EspalierProgram.succeed(["run", "small.yaml", "-j", "2"], in: two)
    let reference = try one.read("results/small/runs.csv")
    #expect(reference.split(separator: "\n").count == 21)
    #expect(reference.hasPrefix("run,temperature,seed,step,state,accuracy,"))
    #expect(!reference.contains("pending") && !reference.contains("failed"))
    #expect(try two.read("results/small/runs.csv") == reference)
    #expect(
      try two.read("results/small/summary.csv") == one.read("results/small/summary.csv"))

    // Kill what is there at several moments of the run, then let it end.
    enum Victim { case owner, worker, both }
    let plan: [(after: Double, victim: Victim)] = [
      (0.2, .owner), (1.5, .worker), (1.0, .owner), (0.8, .both), (1.5, .worker), (0.5, .owner),
      (1.2, .both),
    ]
    for (delay, victim) in plan {
      let running = try EspalierProgram.start(["run", "small.yaml", "-j", "2"], in: killed)
      Thread.sleep(forTimeInterval: delay)
      let workers = running.children()
      if victim != .owner { for worker in workers { kill(worker, SIGKILL) } }
      if victim == .worker { Thread.sleep(forTimeInterval: 0.3) }
      kill(running.pid, SIGKILL)
      _ = try running.wait()
      for worker in workers { #expect(Self.ends(worker), "worker \(worker) outlived its owner") }
    }
    try EspalierProgram.succeed(["run", "small.yaml", "-j", "2"], in: killed)
    #expect(try killed.read("results/small/runs.csv") == reference)

    // The same command again computes nothing and says so.
    let again = try EspalierProgram.succeed(["run", "small.yaml"], in: one)
    #expect((again.standardError + again.standardOutput).contains("nothing to compute"))
    #expect(try one.read("results/small/runs.csv") == reference)

    // One more seed costs the new runs only; what was there keeps its bytes.
    let grown = Self.grid.replacing("count: 2", with: "count: 3")
    try one.write(grown, to: "small.yaml")
    let plan3 = try EspalierProgram.succeed(["plan", "small.yaml"], in: one)
    #expect(plan3.standardOutput.contains("8 new"))
    try EspalierProgram.succeed(["run", "small.yaml"], in: one)
    let rows = try one.read("results/small/runs.csv").split(separator: "\n")
    #expect(rows.count == 31)
    #expect(Set(reference.split(separator: "\n")).isSubset(of: Set(rows)))

    // Another grid that shares stages takes them over: everything but the new temperature is there.
    let other = Self.grid.replacing("name: small", with: "name: other")
      .replacing("[0.5, 1.0]", with: "[0.5, 0.7]")
    try one.write(other, to: "other.yaml")
    let planOther = try EspalierProgram.succeed(["plan", "other.yaml"], in: one)
    #expect(planOther.standardOutput.contains("reused"))
    try EspalierProgram.succeed(["run", "other.yaml"], in: one)
    let shared = try one.read("results/other/runs.csv").split(separator: "\n")
      .filter { $0.contains(",0.5,") }
    #expect(shared.count == 10 && Set(shared).isSubset(of: Set(rows)))

    // Looking at results changes nothing.
    let before = try one.bytes("results/jobs.sqlite")
    for command in [
      ["status", "small.yaml"], ["report", "small.yaml"], ["status"], ["plan", "small.yaml"],
    ] {
      try EspalierProgram.succeed(command, in: one)
    }
    #expect(try one.bytes("results/jobs.sqlite") == before)
  }

  @Test("Ctrl-C once drains with status 3, and the same command goes on")
  func interrupt() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.grid, to: "small.yaml")
    let running = try EspalierProgram.start(["run", "small.yaml", "-j", "1"], in: folder)
    try running.waitForChildren()
    kill(running.pid, SIGINT)
    let output = try running.wait()
    #expect(output.status == 3)
    #expect(output.standardError.contains("run small.yaml"), "it should say how to resume")
    try EspalierProgram.succeed(["run", "small.yaml"], in: folder)
  }

  @Test("A second owner is told who holds the folder and exits with 4")
  func secondOwner() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.grid, to: "small.yaml")
    let running = try EspalierProgram.start(["run", "small.yaml", "-j", "1"], in: folder)
    try running.waitForChildren()
    let second = try EspalierProgram.run(["run", "small.yaml"], in: folder)
    #expect(second.status == 4)
    #expect(second.standardError.contains("\(running.pid)"))
    #expect(try EspalierProgram.run(["status", "small.yaml"], in: folder).status == 0)
    kill(running.pid, SIGKILL)
    _ = try running.wait()
  }

  /// Whether a process ends within a few seconds.
  static func ends(_ pid: pid_t) -> Bool {
    for _ in 0..<500 {
      if kill(pid, 0) != 0 && errno == ESRCH { return true }
      let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
      if stat.isEmpty || stat.contains(") Z ") { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }
}
