import Foundation
import Testing

/// What `merge` refuses, survives and reports.
@Suite(.serialized)
struct MergeTests {
  /// Runs whose results come from a file, so that another machine may have others.
  private func folder(values: (String, String) = ("1", "1")) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: read
      program: {shell: "echo reading {x}; printf '{\\"metrics\\": {\\"y\\": %d}}\\\\n' $(cat value)"}
      axes: {x: {count: 8}}
      """, to: "read.yaml")
    try folder.write(values.0, to: "value")
    try EspalierProgram.succeed(["run", "read.yaml", "--output", "quiet"], in: folder)
    try folder.write(values.1, to: "value")
    try EspalierProgram.succeed(
      ["run", "read.yaml", "--output", "quiet", "--results", "other"], in: folder)
    return folder
  }

  private func report(_ arguments: [String], in folder: TemporaryFolder) throws -> [String: Any] {
    let text = try EspalierProgram.succeed(
      ["merge"] + arguments + ["--output", "json"], in: folder
    ).standardOutput
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("Merging twice changes no byte of the table")
  func twice() throws {
    let folder = try folder()
    let first = try report(["other", "--results", "new"], in: folder)
    #expect(first["results"] as? Int == 8 && first["attempts"] as? Int == 8)
    #expect(first["logs"] as? Int == 8 && first["results_known"] as? Int == 0)
    #expect(
      first.keys.sorted() == [
        "artifacts", "attempts", "failures", "from", "grids", "into", "logs", "logs_damaged",
        "results", "results_known", "results_unneeded", "results_without_artifacts",
      ])
    let grids = try #require(first["grids"] as? [[String: Any]])
    #expect(
      grids.map { $0.keys.sorted() } == [["done", "failed", "grid", "pending", "runs", "standing"]])
    #expect(grids[0]["standing"] as? String == "new")
    let table = try folder.bytes("new/jobs.sqlite")
    let runs = try folder.bytes("new/read/runs.csv")
    let page = try folder.bytes("new/read/report.html")
    let second = try report(["other", "--results", "new"], in: folder)
    #expect(second["results"] as? Int == 0 && second["attempts"] as? Int == 0)
    #expect(second["results_known"] as? Int == 8 && second["logs"] as? Int == 0)
    #expect(try folder.bytes("new/jobs.sqlite") == table)
    #expect(try folder.bytes("new/read/runs.csv") == runs)
    #expect(try folder.bytes("new/read/report.html") == page)
    #expect(try folder.bytes("results/read/runs.csv") == runs)
    #expect(folder.exists("new/read/grid.yaml"))
  }

  @Test("A damaged table is not merged, not even in part, and makes no folder")
  func damagedTable() throws {
    let folder = try folder()
    var bytes = try folder.bytes("other/jobs.sqlite")
    bytes.replaceSubrange((2 * 4096)..<(7 * 4096), with: [UInt8](repeating: 0x5A, count: 5 * 4096))
    let path = folder.url.appending(path: "other/jobs.sqlite")
    try bytes.write(to: path)
    let output = try EspalierProgram.run(["merge", "other", "--results", "new"], in: folder)
    #expect(output.status == 4 && output.standardError.contains("damaged"), "\(output)")
    #expect(!folder.exists("new"))
  }

  @Test("Damaged logs are named by verify, logs and merge")
  func damagedLogs() throws {
    let folder = try folder()
    let whole = try EspalierProgram.succeed(["verify", "--results", "other"], in: folder)
    #expect(whole.standardOutput.contains("all is well"))
    #expect(
      try report(["other", "--results", "whole"], in: folder)["logs_damaged"] as? Bool == false)
    var bytes = try folder.bytes("other/logs/000001.logs")
    // Of the last compressed frame.
    bytes[bytes.count - 6] ^= 0xFF
    try bytes.write(to: folder.url.appending(path: "other/logs/000001.logs"))
    let found = try EspalierProgram.run(["verify", "--results", "other"], in: folder)
    #expect(found.status == 4 && found.standardOutput.contains("Logs are damaged: "), "\(found)")
    let search = try EspalierProgram.run(
      ["logs", "--grep", "reading", "--results", "other"], in: folder)
    #expect(
      search.standardError.contains("some of the logs in this folder are damaged"), "\(search)")
    let merged = try report(["other", "--results", "new"], in: folder)
    #expect(merged["results"] as? Int == 8 && merged["logs_damaged"] as? Bool == true)
  }

  @Test("A folder is not merged into itself, whatever it is called")
  func itself() throws {
    let folder = try folder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.url.appending(path: "alias").path(), withDestinationPath: "results")
    for name in ["results", "./results/", "alias"] {
      let output = try EspalierProgram.run(["merge", name], in: folder)
      #expect(
        output.status == 2 && output.standardError.contains("is the folder that is merged into"))
    }
  }

  @Test("Contradictions are named and refused, and nothing changes")
  func contradiction() throws {
    let folder = try folder(values: ("1", "2"))
    let table = try folder.bytes("results/jobs.sqlite")
    let output = try EspalierProgram.run(["merge", "other"], in: folder)
    #expect(output.status == 4)
    #expect(output.standardError.contains("other and results contradict each other"))
    #expect(output.standardError.contains("y is 1.0 here and 2.0 there"), "\(output.standardError)")
    #expect(try folder.bytes("results/jobs.sqlite") == table)
  }

  @Test("Bad arguments get a sentence")
  func badArguments() throws {
    let folder = try folder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "empty"), withIntermediateDirectories: true)
    for (arguments, words) in [
      (["nowhere"], "there are no results in “nowhere”"), (["empty"], "there are no results"),
      (["other", "--grid", "raed"], "has no grid “raed”; it has read"), ([], "Missing expected"),
    ] {
      let output = try EspalierProgram.run(["merge"] + arguments, in: folder)
      #expect(output.status == 2 && output.standardError.contains(words), "\(output.standardError)")
    }
    #expect(try report(["other", "--grid", "read"], in: folder)["results_known"] as? Int == 8)
    #expect(try report(["other", "--grid", "read.yaml"], in: folder)["results_known"] as? Int == 8)
  }

  @Test("Refused while an owner is at work on either folder")
  func owners() throws {
    let folder = try folder()
    try folder.write(
      "name: slow\nprogram: {shell: \"sleep 20\"}\naxes: {x: [1]}\n", to: "slow.yaml")
    let running = try EspalierProgram.start(["run", "slow.yaml", "--results", "other"], in: folder)
    try running.waitForChildren()
    for arguments in [["other"], ["results", "--results", "other"]] {
      let output = try EspalierProgram.run(["merge"] + arguments, in: folder)
      #expect(
        output.status == 4 && output.standardError.contains("is in use by process \(running.pid)"))
    }
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    // A killed owner holds nobody up.
    let after = try report(["other"], in: folder)
    #expect((after["grids"] as? [[String: Any]])?.count == 2)
    let status = try EspalierProgram.succeed(["status"], in: folder).standardOutput
    #expect(status.contains("slow: 1 run, 0 done, 0 failed, 0 running, 1 to do"), "\(status)")
  }

  @Test("A merge that is killed leaves a whole folder, and the next one completes it")
  func killed() throws {
    let folder = try folder()
    // Each time a little further. Every one of these places is reached; the file says that it was.
    for (place, passage) in [
      ("commit", 1), ("commit", 2), ("merge", 1), ("merge", 5), ("merge", 12), ("merge", 16),
      ("merge", 17), ("commit", 3), ("export", 1), ("export", 3),
    ] {
      let mark = "mark-\(place)-\(passage)"
      let output = try EspalierProgram.run(
        ["merge", "other", "--results", "new-\(place)"], in: folder,
        environment: ["ESPALIER_FAULT": "\(place):\(passage)@\(mark)"])
      #expect(output.signalled && folder.exists(mark), "\(place):\(passage) was not reached")
      if folder.exists("new-\(place)/jobs.sqlite") {
        let verified = try EspalierProgram.run(["verify", "--results", "new-\(place)"], in: folder)
        #expect(verified.status <= 1, "\(place):\(passage): \(verified.standardOutput)")
      }
    }
    for place in ["commit", "merge", "export"] {
      try EspalierProgram.succeed(["merge", "other", "--results", "new-\(place)"], in: folder)
      for name in ["runs.csv", "summary.csv"] {
        #expect(
          try folder.bytes("new-\(place)/read/\(name)") == folder.bytes("results/read/\(name)"))
      }
      let verified = try EspalierProgram.succeed(
        ["verify", "--results", "new-\(place)"], in: folder)
      #expect(verified.standardOutput.contains("all is well"), "\(verified.standardOutput)")
      let logs = try EspalierProgram.succeed(
        ["logs", "--grep", "reading", "--results", "new-\(place)"], in: folder)
      #expect(logs.standardOutput.split(separator: "\n").count == 8)
    }
  }

  @Test("A result with a damaged artifact is left out and computed again; a lost one is put back")
  func artifacts() throws {
    let folder = try TemporaryFolder()
    try folder.write(BuiltinGridTests.grid, to: "small.yaml")
    try EspalierProgram.succeed(["run", "small.yaml", "--output", "quiet"], in: folder)
    let store = folder.url.appending(path: "results/artifacts")
    let files = try #require(
      FileManager.default.enumerator(at: store, includingPropertiesForKeys: nil))
    let outcomes = files.compactMap { $0 as? URL }
      .filter { $0.lastPathComponent.hasSuffix("outcomes.zst") }
      .sorted { $0.path() < $1.path() }
    #expect(outcomes.count > 2)
    let whole = try Data(contentsOf: outcomes[0])
    try whole.dropLast(3).write(to: outcomes[0])
    let merged = try report(["results", "--results", "new"], in: folder)
    #expect(merged["results_without_artifacts"] as? Int == 1)
    try EspalierProgram.succeed(["run", "small.yaml", "--results", "new"], in: folder)
    #expect(try folder.bytes("new/small/runs.csv") == folder.bytes("results/small/runs.csv"))
    // The other way: what was lost there comes back from here.
    try FileManager.default.removeItem(at: outcomes[0])
    let back = try report(["new"], in: folder)
    #expect(back["artifacts"] as? Int == 1 && back["results"] as? Int == 0)
    let verified = try EspalierProgram.succeed(["verify"], in: folder)
    #expect(verified.standardOutput.contains("all is well"), "\(verified.standardOutput)")
  }

  @Test("Two jobs of a trajectory that grew are two attempts at the one job that it is elsewhere")
  func grownThere() throws {
    let folder = try TemporaryFolder()
    func write(_ steps: Int) throws {
      try folder.write(
        """
        name: walk
        program:
          shell: |
            echo "the $WALK walk of {seed}"
            for step in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
              printf '{"step": %d, "metrics": {"y": %d}}\\n' $step $(({seed} * 100 + step))
            done
          prefix: step
        axes: {seed: {count: 3}, step: {from: 0, to: \(steps)}}
        """, to: "walk.yaml")
    }
    for (steps, name) in [(6, "first"), (12, "second")] {
      try write(steps)
      let run = try EspalierProgram.run(
        ["run", "walk.yaml"], in: folder, environment: ["WALK": name])
      #expect(run.status == 0, "\(run.standardError)")
    }
    let merged = try report(["results", "--results", "new"], in: folder)
    #expect(merged["results"] as? Int == 39 && merged["attempts"] as? Int == 6)
    #expect(merged["logs"] as? Int == 6)
    for (attempt, name) in [(1, "first"), (2, "second")] {
      let lines = try EspalierProgram.succeed(
        ["logs", "--grep", "the \(name) walk", "--results", "new"], in: folder
      ).standardOutput.split(separator: "\n")
      #expect(lines.count == 3 && lines.allSatisfy { $0.contains("attempt \(attempt), line 1:") })
    }
    #expect(try folder.bytes("new/walk/runs.csv") == folder.bytes("results/walk/runs.csv"))
    let verified = try EspalierProgram.succeed(["verify", "--results", "new"], in: folder)
    #expect(verified.standardOutput.contains("all is well"), "\(verified.standardOutput)")
  }

  @Test("A grid that has grown here takes what both versions share")
  func grown() throws {
    let folder = try TemporaryFolder()
    try folder.write(ShardTests.external, to: "walk.yaml")
    _ = try EspalierProgram.run(["run", "walk.yaml", "--results", "old"], in: folder)
    let set = ["--set", "axes.seed.count=5"]
    _ = try EspalierProgram.run(
      ["run", "walk.yaml", "--shard", "1/9", "--results", "grown"] + set, in: folder)
    let merged = try report(["old", "--results", "grown"], in: folder)
    let grids = try #require(merged["grids"] as? [[String: Any]])
    #expect(grids[0]["standing"] as? String == "other" && grids[0]["runs"] as? Int == 60)
    let rest = try EspalierProgram.run(
      ["run", "walk.yaml", "--results", "grown"] + set, in: folder)
    #expect(rest.status == 1)
    _ = try EspalierProgram.run(["run", "walk.yaml", "--results", "new"] + set, in: folder)
    #expect(try folder.bytes("grown/walk/runs.csv") == folder.bytes("new/walk/runs.csv"))
  }
}
