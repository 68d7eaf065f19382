import Foundation
import Testing

/// `plan` of what was never timed, and the pilot that times it.
@Suite(.serialized)
struct PilotTests {
  @Test("A pilot times a few jobs of a program, keeps them, and the plan tells the cost")
  func external() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: naps
      program:
        shell: |
          sleep 0.0{x}
          printf '{"metrics": {"x": %d}}\\n' {x}
          echo {x} >> walks
      axes: {x: [9, 8, 7, 6, 5], seed: {count: 20}}
      """, to: "naps.yaml")
    let before = try EspalierProgram.succeed(["plan", "naps.yaml"], in: folder).standardOutput
    #expect(before.contains("time unknown") && before.contains("espalier plan naps.yaml --pilot"))
    #expect(!folder.exists("results"))
    let pilot = try EspalierProgram.succeed(["plan", "naps.yaml", "--pilot"], in: folder)
    #expect(pilot.standardError.contains("pilot: 3 jobs"), "\(pilot.standardError)")
    #expect(pilot.standardOutput.contains("97 jobs to do: about "), "\(pilot.standardOutput)")
    #expect(pilot.standardOutput.contains("(95%: "), "\(pilot.standardOutput)")
    let again = try EspalierProgram.succeed(["plan", "naps.yaml", "--pilot"], in: folder)
    #expect(again.standardError.contains("nothing to time"), "\(again.standardError)")
    try EspalierProgram.succeed(["run", "naps.yaml", "--output", "quiet"], in: folder)
    #expect(try folder.read("walks").split(separator: "\n").count == 100)
    #expect(
      try EspalierProgram.succeed(["verify"], in: folder).standardOutput.contains("all is well"))
  }

  @Test("A pilot of the built-in program times every kind of stage")
  func builtin() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      BuiltinGridTests.grid.replacingOccurrences(of: "{count: 2}", with: "{count: 9}"),
      to: "small.yaml")
    let pilot = try EspalierProgram.succeed(
      ["plan", "small.yaml", "--pilot", "--pilot-time", "2m"], in: folder)
    #expect(!pilot.standardOutput.contains("unknown"), "\(pilot.standardOutput)")
    #expect(pilot.standardOutput.contains("(95%: "), "\(pilot.standardOutput)")
    let status = try EspalierProgram.succeed(["status", "small.yaml"], in: folder).standardOutput
    #expect(status.contains("prepare: 1 of 1"), "\(status)")
  }

  @Test("A pilot that is too long is told by its pace; a folder in use refuses it with status 4")
  func limits() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: long
      program: {command: [sleep, "60"]}
      axes: {x: {count: 4}}
      """, to: "long.yaml")
    let running = try EspalierProgram.start(["run", "long.yaml"], in: folder)
    let lock = folder.url.appending(path: "results/owner.lock").path()
    while ((try? FileManager.default.attributesOfItem(atPath: lock)[.size] as? Int) ?? 0) == 0
      && running.isRunning
    {
      Thread.sleep(forTimeInterval: 0.01)
    }
    let refused = try EspalierProgram.run(["plan", "long.yaml", "--pilot"], in: folder)
    #expect(refused.status == 4 && refused.standardError.contains("in use"))
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    let usage = try EspalierProgram.run(["plan", "long.yaml", "--pilot-time", "1s"], in: folder)
    #expect(usage.status == 2)
  }

  @Test("A plan says that the program it would start is not there")
  func missingProgram() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "name: none\nprogram: {command: [no-such-program-7, \"{x}\"]}\naxes: {x: {count: 2}}\n",
      to: "none.yaml")
    let plan = try EspalierProgram.succeed(["plan", "none.yaml"], in: folder)
    #expect(plan.standardError.contains("there is no program “no-such-program-7”"))
  }

  @Test("What is done and has lost an artifact is planned, and done again, as not done")
  func lostArtifacts() throws {
    let folder = try TemporaryFolder()
    try folder.write(BuiltinGridTests.grid, to: "small.yaml")
    try EspalierProgram.succeed(["run", "small.yaml", "--output", "quiet"], in: folder)
    let runs = try folder.bytes("results/small/runs.csv")
    let done = try EspalierProgram.succeed(["plan", "small.yaml"], in: folder).standardOutput
    #expect(done.contains("nothing to compute"), "\(done)")
    try FileManager.default.removeItem(at: folder.url.appending(path: "results/artifacts"))
    let lost = try EspalierProgram.succeed(["plan", "small.yaml"], in: folder).standardOutput
    #expect(lost.contains("not done") && !lost.contains("nothing to compute"), "\(lost)")
    let run = try EspalierProgram.succeed(["run", "small.yaml"], in: folder)
    #expect(run.standardError.contains("whose artifacts are gone will be done again"))
    #expect(try folder.bytes("results/small/runs.csv") == runs)
  }
}
