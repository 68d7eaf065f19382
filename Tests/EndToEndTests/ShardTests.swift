import Foundation
import Testing

/// A grid run in shares in separate folders and merged is the grid run on one machine.
@Suite(.serialized)
struct ShardTests {
  /// Twelve trajectories of a program that reports at each step; two of them fail half way.
  static let external = """
    name: walk
    program:
      shell: |
        echo "walking {x} {seed}"
        for step in 0 1 2 3; do
          if [ {x}{seed} = 23 ] && [ $step = 2 ]; then echo "stumbled over {seed}"; exit 3; fi
          sleep 0$PAUSE
          printf '{"step": %d, "metrics": {"y": %d.5}}\\n' $step $(({x} * 100 + {seed} * 10 + step))
        done
      prefix: step
    axes: {x: [1, 2, 3], seed: {count: 4}, step: {from: 0, to: 3}}
    report: {rows: [x], columns: [step], metric: y}
    """

  private static let exports = ["runs.csv", "summary.csv"]

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// Runs the grid whole into `results`, and in shares into `shard-1` to `shard-N`.
  private func runInShares(
    _ file: String, _ count: Int, in folder: TemporaryFolder, status: Int32
  ) throws {
    let whole = try EspalierProgram.run(["run", file, "--output", "quiet"], in: folder)
    #expect(whole.status == status, "\(whole.standardError)")
    for number in 1...count {
      let share = try EspalierProgram.run(
        ["run", file, "--shard", "\(number)/\(count)", "--results", "shard-\(number)"], in: folder)
      #expect([0, status].contains(share.status), "\(share.standardError)")
      #expect(share.standardError.contains("shard \(number)/\(count): "), "\(share.standardError)")
    }
  }

  private func expectSameExports(_ grid: String, _ results: String, in folder: TemporaryFolder)
    throws
  {
    for name in Self.exports {
      #expect(
        try folder.read("\(results)/\(grid)/\(name)") == folder.read("results/\(grid)/\(name)"),
        "\(results)/\(grid)/\(name)")
    }
    let verified = try EspalierProgram.run(["verify", "--results", results], in: folder)
    #expect(
      verified.status == 0 && verified.standardOutput.contains("all is well"),
      "\(verified.standardOutput)")
  }

  @Test(
    "Two and three shares of an external program, merged, give the bytes of one machine",
    arguments: [2, 3])
  func externalProgram(count: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.external, to: "walk.yaml")
    try runInShares("walk.yaml", count, in: folder, status: 1)
    // Into the first share's folder, and into a new one.
    for number in 2...count {
      try EspalierProgram.succeed(["merge", "shard-\(number)", "--results", "shard-1"], in: folder)
    }
    try expectSameExports("walk", "shard-1", in: folder)
    // What has failed in another share is here, and nothing is left that would be missing.
    let first = try EspalierProgram.succeed(["status", "--results", "shard-1"], in: folder)
    #expect(first.standardOutput.contains("45 done, 3 failed, 0 running, 0 to do"))
    #expect(!first.standardOutput.contains("of other shards"), "\(first.standardOutput)")
    #expect(try !folder.read("shard-1/walk/report.md").contains("Caution"))
    for number in 1...count {
      try EspalierProgram.succeed(["merge", "shard-\(number)", "--results", "new"], in: folder)
    }
    try expectSameExports("walk", "new", in: folder)

    // Failures, attempts and what was said came along.
    let status = try EspalierProgram.succeed(["status", "--results", "new"], in: folder)
    #expect(status.standardOutput.contains("45 done, 3 failed, 0 running, 0 to do"))
    #expect(status.standardOutput.contains("stumbled over 3"))
    let found = try EspalierProgram.succeed(
      ["logs", "--grep", "^(walking|stumbled)", "--results", "new"], in: folder)
    #expect(found.standardOutput.split(separator: "\n").count == 13, "\(found.standardOutput)")
    // Nothing is left to compute.
    let again = try EspalierProgram.run(["run", "walk.yaml", "--results", "new"], in: folder)
    #expect(again.status == 1 && again.standardError.contains("nothing to compute"))
    try expectSameExports("walk", "new", in: folder)
  }

  @Test(
    "Shares of the built-in program make their own base, and merged give the bytes of one machine")
  func builtinProgram() throws {
    let folder = try TemporaryFolder()
    try folder.write(BuiltinGridTests.grid, to: "small.yaml")
    let plan = try EspalierProgram.succeed(["plan", "small.yaml", "--shard", "1/3"], in: folder)
    #expect(
      plan.standardOutput.contains(
        "made in each shard that needs it, unless merged in before: 1 × prepare, 1 × select, 1 × evaluate"
      ),
      "\(plan.standardOutput)")
    try runInShares("small.yaml", 3, in: folder, status: 0)
    let merged = try EspalierProgram.succeed(
      ["merge", "shard-2", "--results", "shard-3", "--output", "json"], in: folder)
    let report = try json(merged.standardOutput)
    #expect(report["artifacts"] as? Int ?? 0 > 0 && report["results_known"] as? Int == 3)
    try EspalierProgram.succeed(["merge", "shard-1", "--results", "shard-3"], in: folder)
    try expectSameExports("small", "shard-3", in: folder)
    let rest = try EspalierProgram.succeed(
      ["run", "small.yaml", "--results", "shard-3"], in: folder)
    #expect(rest.standardError.contains("nothing to compute"))
    try expectSameExports("small", "shard-3", in: folder)
  }

  @Test("A base model that was merged in before is not made again")
  func baseFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write(BuiltinGridTests.grid, to: "small.yaml")
    // One share has the base; another machine starts from its results.
    try EspalierProgram.succeed(
      ["run", "small.yaml", "--shard", "1/4", "--results", "one"], in: folder)
    try EspalierProgram.succeed(["merge", "one", "--results", "two"], in: folder)
    let plan = try json(
      EspalierProgram.succeed(
        ["plan", "small.yaml", "--shard", "2/4", "--results", "two", "--output", "json"], in: folder
      ).standardOutput)
    #expect(plan["jobs"] as? Int == 1)
    try EspalierProgram.succeed(
      ["run", "small.yaml", "--shard", "2/4", "--results", "two"], in: folder)
    let timings = try folder.read("two/small/timings.csv")
    #expect(timings.split(separator: "\n").count { $0.contains("prepare") } == 1)
    let attempts = try EspalierProgram.succeed(["status", "--results", "two"], in: folder)
    #expect(attempts.standardOutput.contains("prepare: 1 of 1"))
  }

  @Test("A share that was killed is merged half done, and completed afterwards")
  func killedShare() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      Self.external.replacing("{x}{seed} = 23", with: "{x}{seed} = none"), to: "walk.yaml")
    try EspalierProgram.succeed(["run", "walk.yaml"], in: folder)
    try EspalierProgram.succeed(
      ["run", "walk.yaml", "--shard", "1/2", "--results", "shard-1"], in: folder)
    let running = try EspalierProgram.start(
      ["run", "walk.yaml", "-j1", "--shard", "2/2", "--results", "shard-2"], in: folder,
      environment: ["PAUSE": "0.1"])
    while running.isRunning {
      let status = try EspalierProgram.run(["status", "--results", "shard-2"], in: folder)
      // At least six runs of its own, and never all of its 24.
      if status.standardOutput.contains(try Regex("48 runs, ([6-9]|1[0-9]) done")) { break }
      Thread.sleep(forTimeInterval: 0.02)
    }
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    try EspalierProgram.succeed(["merge", "shard-2", "--results", "shard-1"], in: folder)
    let half = try folder.read("shard-1/walk/runs.csv")
    let open = half.split(separator: "\n").count { $0.contains(",pending,") }
    #expect(open > 0 && open < 24, "\(half)")
    // Either machine completes it.
    try EspalierProgram.succeed(["run", "walk.yaml", "--results", "shard-1"], in: folder)
    try expectSameExports("walk", "shard-1", in: folder)
    try EspalierProgram.succeed(
      ["run", "walk.yaml", "--shard", "2/2", "--results", "shard-2"], in: folder)
    try EspalierProgram.succeed(["merge", "shard-2", "--results", "shard-1"], in: folder)
    try expectSameExports("walk", "shard-1", in: folder)
  }

  @Test("retry of a share leaves the failures of other shares as they are")
  func retry() throws {
    let folder = try TemporaryFolder()
    // One trajectory of each x fails half way: the first is in the first share, the others in the second.
    try folder.write(
      Self.external.replacing("[ {x}{seed} = 23 ]", with: "[ {seed} = 3 ] && [ ! -e mended ]"),
      to: "walk.yaml")
    for shard in ["1/2", "2/2"] {
      let run = try EspalierProgram.run(["run", "walk.yaml", "--shard", shard], in: folder)
      #expect(run.status == 1, "\(run.standardError)")
    }
    try folder.write("", to: "mended")
    let retry = try EspalierProgram.run(["retry", "walk.yaml", "--shard", "1/2"], in: folder)
    #expect(retry.standardError.contains("1 failed job will be tried again"))
    #expect(retry.standardError.contains("of 3 runs tried again, 3 done and 0 failed again"))
    let status = try EspalierProgram.succeed(["status"], in: folder).standardOutput
    #expect(status.contains("42 done, 6 failed, 0 running, 0 to do"), "\(status)")
    #expect(status.contains("shard 1/2: 24 runs, 24 done; 6 of its 6 jobs done"), "\(status)")
    let again = try EspalierProgram.run(["retry", "walk.yaml", "--shard", "1/2"], in: folder)
    #expect(again.standardError.contains("shard 1/2 of walk has no failed runs"))
    try EspalierProgram.succeed(["retry", "walk.yaml", "--shard", "2/2"], in: folder)
  }

  @Test("A pilot leaves it at the share that the folder is for")
  func pilot() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.external, to: "walk.yaml")
    try EspalierProgram.succeed(["run", "walk.yaml", "--shard", "1/3"], in: folder)
    try EspalierProgram.succeed(["plan", "walk.yaml", "--pilot"], in: folder)
    let status = try EspalierProgram.succeed(["status"], in: folder).standardOutput
    #expect(status.contains("shard 1/3: 16 runs, 16 done; 4 of its 4 jobs done"), "\(status)")
    #expect(status.contains("32 runs of other shards are not here"), "\(status)")
  }

  @Test("status, plan and exports of a share say what belongs to it and what is not there")
  func honesty() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.external, to: "walk.yaml")
    let run = try EspalierProgram.succeed(
      ["run", "walk.yaml", "--shard", "1/3", "--results", "shard-1"], in: folder)
    #expect(
      run.standardError.contains(
        "32 runs of other shards are not here: take their results in with"),
      "\(run.standardError)")
    let text = try EspalierProgram.succeed(["status", "--results", "shard-1"], in: folder)
    #expect(text.standardOutput.contains("shard 1/3: 16 runs, 16 done; 4 of its 4 jobs done"))
    #expect(text.standardOutput.contains("32 runs of other shards are not here"))
    #expect(!text.standardOutput.contains("to do: about"), "\(text.standardOutput)")
    let runs = try folder.read("shard-1/walk/runs.csv")
    #expect(runs.split(separator: "\n").count { $0.contains(",pending,") } == 32)
    #expect(
      try folder.read("shard-1/walk/report.md").contains("Caution: a share of the grid only."))
    #expect(
      try folder.read("shard-1/walk/report.html").contains("Caution: a share of the grid only."))
    let provenance = try json(folder.read("shard-1/walk/provenance.json"))
    let shards = try #require(provenance["shards"] as? [[String: Any]])
    #expect(shards.compactMap { $0["shard"] as? String } == ["1/3"])
    // The same command again is done; the other shares may be run in the same folder.
    let again = try EspalierProgram.succeed(
      ["run", "walk.yaml", "--shard", "1/3", "--results", "shard-1"], in: folder)
    #expect(again.standardError.contains("nothing to compute: all jobs of shard 1/3"))
    // Without --shard the rest is run, and nothing of shares is said any more.
    let rest = try EspalierProgram.run(["run", "walk.yaml", "--results", "shard-1"], in: folder)
    #expect(
      rest.status == 1 && !rest.standardError.contains("of other shards"), "\(rest.standardError)")

    for wrong in ["0/3", "4/3", "1", "x/y", "1/0", "-1/3"] {
      let output = try EspalierProgram.run(["run", "walk.yaml", "--shard=\(wrong)"], in: folder)
      #expect(output.status == 2 && output.standardError.contains("takes K/N"), "\(wrong)")
    }
    #expect(
      try EspalierProgram.run(["plan", "walk.yaml", "--pilot", "--shard", "1/2"], in: folder).status
        == 2)
    let empty = try EspalierProgram.succeed(
      ["plan", "walk.yaml", "--shard", "1/50", "--results", "none"], in: folder)
    #expect(
      empty.standardOutput.contains(
        "shard 1/50 has no runs: the grid falls into 12 parts that share no trajectory"),
      "\(empty.standardOutput)")
    #expect(!folder.exists("none"))
  }
}
