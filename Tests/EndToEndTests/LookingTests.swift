import Foundation
import Testing

/// What `runs`, `explain` and `logs` say of a grid with failures of several causes, and how one of
/// them is mended.
@Suite(.serialized)
struct LookingTests {
  private func json(_ text: String) throws -> [[String: Any]] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [[String: Any]])
  }

  /// 15 runs: 3 succeed, the others fail of four causes, 3 each: for want of a file, for want of
  /// memory, and of two that nothing mends.
  private func failing() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: causes
      program:
        shell: |
          echo "starting {kind} number {seed}"
          case {kind} in
            good) ;;
            file) [ -e ready ] || { echo "no such file: data-{seed}.bin"; exit 3; } ;;
            math) echo "division by zero at step {seed}"; exit 4 ;;
            word) echo "cannot parse input"; exit 5 ;;
            memory) bytes=$(head -c 200000000 /dev/zero | tail -c 150000000 | wc -c)
              [ "$bytes" -eq 150000000 ] || exit 6 ;;
          esac
          printf '{"metrics": {"x": %d}}\\n' {seed}
        resources: {memory: 64 MiB}
      axes: {kind: [good, file, math, word, memory], seed: {count: 3}}
      """, to: "causes.yaml")
    let run = try EspalierProgram.run(["run", "causes.yaml"], in: folder)
    #expect(run.status == 1 && run.standardError.contains("12 runs failed"))
    return folder
  }

  @Test("Failures of four causes are four clusters, of which two are mended and retried")
  func clusters() throws {
    let folder = try failing()
    let status = try json(
      EspalierProgram.succeed(["status", "causes.yaml", "--output", "json"], in: folder)
        .standardOutput)
    let failures = try #require(status[0]["failures"] as? [[String: Any]])
    #expect(failures.count == 4)
    #expect(failures.allSatisfy { $0["runs"] as? Int == 3 && $0["jobs"] as? Int == 3 })
    let file = try #require(
      failures.first { ($0["message"] as? String)?.contains("no such file") == true })
    let cluster = try #require(file["cluster"] as? String)

    // Its runs can be listed, by the cluster and by the message in their logs.
    let listed = try json(
      EspalierProgram.succeed(
        ["runs", "causes.yaml", "--where", "failure=\(cluster)", "--output", "json"], in: folder
      ).standardOutput)
    #expect(
      listed.compactMap { ($0["axes"] as? [String: Any])?["kind"] as? String }
        == ["file", "file", "file"])
    let found = try json(
      EspalierProgram.succeed(
        ["logs", "--grep", "no such (file|folder): data-[12]", "--output", "json"], in: folder
      ).standardOutput)
    let ids = listed.compactMap { $0["run"] as? String }
    #expect(found.compactMap { $0["run"] as? String } == Array(ids[1...]))

    try folder.write("", to: "ready")
    let retry = try EspalierProgram.run(
      ["retry", "causes.yaml", "--cluster", cluster], in: folder)
    #expect(retry.status == 1)
    #expect(retry.standardError.contains("3 failed jobs will be tried again"))
    #expect(retry.standardError.contains("3 jobs done, 0 failed"), "\(retry.standardError)")
    #expect(retry.standardError.contains("9 runs failed"), "\(retry.standardError)")
    let after = try json(
      EspalierProgram.succeed(["status", "--output", "json"], in: folder).standardOutput)
    let left = try #require(after[0]["failures"] as? [[String: Any]])
    #expect(left.count == 3)

    // More memory mends those that had too little.
    let memory = try #require(
      left.first { ($0["message"] as? String)?.contains("memory limit") == true })
    let healed = try EspalierProgram.run(
      [
        "retry", "causes.yaml", "--memory", "4GiB",
        "--cluster", try #require(memory["cluster"] as? String),
      ], in: folder)
    #expect(
      healed.standardError.contains("of 3 runs tried again, 3 done and 0 failed again"),
      "\(healed.standardError)")
    #expect(healed.standardError.contains("6 runs failed"))
    let progress = try EspalierProgram.succeed(["status", "causes.yaml"], in: folder)
    #expect(
      progress.standardOutput.contains(
        "kind: good 3/3, file 3/3, math 0/3 (3 failed), word 0/3 (3 failed), memory 3/3"),
      "\(progress.standardOutput)")
  }

  @Test("A failed run is explained, with its attempts and what it said")
  func explained() throws {
    let folder = try failing()
    let runs = try EspalierProgram.succeed(
      ["runs", "causes.yaml", "--where", "kind == word", "--where", "seed > 1"], in: folder)
    #expect(runs.standardError == "1 of 15 runs\n")
    let line = try #require(runs.standardOutput.split(separator: "\n").last)
    let id = String(line.prefix(12))
    let text = try EspalierProgram.succeed(["explain", id], in: folder).standardOutput
    #expect(text.hasPrefix("run \(id) of causes: failed\n"))
    // The first digits are enough where no other run has them.
    #expect(
      try EspalierProgram.succeed(["explain", String(id.prefix(11))], in: folder).standardOutput
        == text)
    for words in ["cannot parse input", "kind  word", "attempt 1", "espalier logs \(id)"] {
      #expect(text.contains(words), "\(text)")
    }
    let log = try EspalierProgram.succeed(["logs", id], in: folder).standardOutput
    #expect(log.contains("starting word number 2\ncannot parse input\n"))
    let explained = try json(
      EspalierProgram.succeed(["explain", id, "--output", "json"], in: folder).standardOutput)
    #expect((explained[0]["attempts"] as? [[String: Any]])?[0]["outcome"] as? String == "failed")
    #expect((explained[0]["parameters"] as? [String: Any])?["kind"] as? String == "word")
  }

  @Test(
    "A hit in the log of a job that broke off leads to a run that failed, and each attempt to its log"
  )
  func hits() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: steps
      program:
        shell: |
          for s in 0 1; do echo "{\\"step\\": $s, \\"metrics\\": {\\"y\\": $s}}"; done
          echo "boom in $ESPALIER_ATTEMPT"; exit 3
        prefix: step
        retries: 1
      axes: {step: {from: 0, to: 2}}
      """, to: "steps.yaml")
    #expect(try EspalierProgram.run(["run", "steps.yaml"], in: folder).status == 1)
    let found = try json(
      EspalierProgram.succeed(["logs", "--grep", "boom", "--output", "json"], in: folder)
        .standardOutput)
    #expect(found.count == 2 && found.allSatisfy { $0["runs"] as? Int == 3 })
    let id = try #require(found[0]["run"] as? String)
    let run = try json(
      EspalierProgram.succeed(["explain", id, "--output", "json"], in: folder).standardOutput)
    #expect(run[0]["state"] as? String == "failed")
    let attempts = try #require(run[0]["attempts"] as? [[String: Any]])
    #expect(
      attempts.map { $0["log"] as? String } == [
        "espalier logs --job 1 --all", "espalier logs --job 1",
      ])
    #expect(found.map { $0["log"] as? String } == attempts.map { $0["log"] as? String })
  }

  @Test("Bad questions get a sentence and status 2")
  func badQuestions() throws {
    let folder = try failing()
    for (arguments, words) in [
      (["explain", "xyz"], "12 hex digits"),
      (["explain", "000000000000"], "there is no run"),
      (["explain", "abc"], "the first four or more of them"),
      (["logs"], "Name a run"),
      (["logs", "--grep", "(unclosed"], "is no pattern"),
      (["logs", "--grep", "here", "causes.yaml"], "--grid causes.yaml"),
      (["runs", "causes.yaml", "--where", "knid=a"], "Did you mean “kind”?"),
      (["runs", "causes.yaml", "--where", "state=broken"], "the states are"),
      (["runs", "causes.yaml", "--where", "kind=nope"], "kind is never “nope”"),
      (["runs", "causes.yaml", "--where", "kind < 3 and x = 1"], "is compared with a number"),
      (["runs", "causes.yaml", "--where", "failure=00000000"], "no failure cluster"),
      (["runs", "causes.yaml", "--where", "failure > 1"], "failure has no order"),
      (["runs", "causes.yaml", "--where", "state>done"], "state has no order"),
      (["runs", "causes.yaml", "--where", "run=zzz"], "is not a run's id"),
      (["runs", "cause"], "Did you mean “causes”?"),
      (["retry", "causes.yaml", "--memory", "1"], "--memory takes an amount from 1 MiB on"),
      (["retry", "causes.yaml", "--time-limit", "0"], "--time-limit takes a time"),
      (["logs", "--job", "99999"], "there is no job 99999"),
      (["runs", "causes.yaml", "--metric", "y"], "no run has the metric"),
      (["retry", "causes.yaml", "--cluster", "00000000"], "no failure cluster"),
    ] {
      let output = try EspalierProgram.run(arguments, in: folder)
      #expect(output.status == 2, "\(arguments)")
      #expect(output.standardError.contains(words), "\(arguments): \(output.standardError)")
    }
    #expect(
      try EspalierProgram.run(["logs", "--grep", "nobody said this"], in: folder).status == 1)
  }
}

/// The names of JSON fields are an interface: scripts read them, and help lists them.
@Suite struct FieldTests {
  private func objects(_ text: String) throws -> [[String: Any]] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    if let array = value as? [[String: Any]] { return array }
    return [try #require(value as? [String: Any])]
  }

  /// `a.b` for a field of an object or of the objects of an array.
  private func names(_ object: [String: Any], _ prefix: String = "", deep: Set<String>) -> [String]
  {
    object.keys.sorted().flatMap { key -> [String] in
      let name = prefix + key
      guard deep.contains(name) else { return [name] }
      let inner =
        object[key] as? [String: Any] ?? (object[key] as? [[String: Any]])?.first ?? [:]
      return [name] + names(inner, name + ".", deep: deep)
    }
  }

  @Test(
    "plan, status, runs, explain, logs, retry, verify and merge have these fields, and help names them"
  )
  func fields() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: two
      program: {shell: "echo hello {x}; [ {x} = 0 ] && exit 3; printf '{\\"metrics\\": {\\"y\\": 1}}\\\\n'"}
      axes: {x: [0, 1]}
      """, to: "two.yaml")
    let plan = try EspalierProgram.succeed(
      ["plan", "two.yaml", "--shard", "1/1", "--output", "json"], in: folder)
    _ = try EspalierProgram.run(["run", "two.yaml", "--shard", "1/1"], in: folder)
    let runs = try EspalierProgram.succeed(["runs", "two.yaml", "--output", "json"], in: folder)
    let id = try #require(try objects(runs.standardOutput)[0]["run"] as? String)
    let retry = try EspalierProgram.run(
      ["retry", "two.yaml", "--shard", "1/1", "--output", "json"], in: folder)
    let status = [
      "axes", "axes.axis", "axes.values", "core_seconds_left", "core_seconds_left_high",
      "core_seconds_left_low", "failures", "failures.cluster", "failures.jobs", "failures.log",
      "failures.message", "failures.reason", "failures.runs", "grid", "jobs_asking_again",
      "running_jobs", "runs", "runs.done", "runs.failed", "runs.orphaned", "runs.pending",
      "runs.running", "runs.total", "runs_of_other_shards_missing", "seconds_left",
      "seconds_left_high", "seconds_left_low", "shards", "shards.done", "shards.failed",
      "shards.jobs", "shards.jobs_done", "shards.runs", "shards.shard", "stages", "stages.done",
      "stages.failed", "stages.kind", "stages.open", "stages_per_second", "unknown_kinds",
    ]
    let expected: [(command: String, output: String, names: [String])] = [
      (
        "plan", plan.standardOutput,
        [
          "cells", "cost", "cost.disk_bytes", "cost.memory_bytes", "cost.seconds",
          "cost.seconds_high", "cost.seconds_low", "cost.timed_at_other_values_of",
          "cost.unknown_kinds", "grid", "jobs", "orphaned", "runs", "runs.done", "runs.failed",
          "runs.new", "runs.pending", "runs.reused", "runs.total", "shard",
          "shard.made_in_several_shards", "shard.parts_of_grid", "shard.runs",
          "shard.runs_of_grid", "shard.shard", "shard.share_of_work", "stages", "stages.kind",
          "stages.stages", "stages.steps", "stages.steps_alone", "stages.steps_left",
          "stages.uses",
        ]
      ),
      (
        "status",
        try EspalierProgram.succeed(["status", "two.yaml", "--output", "json"], in: folder)
          .standardOutput, status
      ),
      (
        "retry", retry.standardOutput,
        status.filter { !$0.hasPrefix("axes.") }
      ),
      ("runs", runs.standardOutput, ["axes", "failure", "metrics", "run", "state"]),
      (
        "explain",
        try EspalierProgram.succeed(["explain", id, "--output", "json"], in: folder).standardOutput,
        [
          "attempts", "attempts.attempt", "attempts.job", "attempts.label", "attempts.log",
          "attempts.message", "attempts.outcome", "attempts.seconds", "attempts.started",
          "core_seconds_left", "core_seconds_left_high", "core_seconds_left_low", "grid", "in_grid",
          "metrics", "parameters", "reasons", "run", "stages", "stages.job", "stages.key",
          "stages.kind", "stages.seconds", "stages.state", "stages.step", "state", "unknown_kinds",
        ]
      ),
      (
        "logs",
        try EspalierProgram.succeed(["logs", id, "--output", "json"], in: folder).standardOutput,
        ["attempt", "job", "label", "log", "message", "outcome", "seconds", "started", "text"]
      ),
      (
        "logs",
        try EspalierProgram.succeed(
          ["logs", "--grep", "hello 0", "--output", "json"], in: folder
        ).standardOutput, ["attempt", "job", "line", "log", "run", "runs", "text"]
      ),
      (
        "verify",
        try EspalierProgram.run(["verify", "--output", "json"], in: folder).standardOutput,
        [
          "checked", "checked.artifacts", "checked.bytes", "checked.exports", "checked.grids",
          "checked.runs", "findings", "results", "verdict",
        ]
      ),
      (
        "merge",
        try EspalierProgram.succeed(
          ["merge", "results", "--results", "merged", "--output", "json"], in: folder
        ).standardOutput,
        [
          "artifacts", "attempts", "failures", "from", "grids", "grids.done", "grids.failed",
          "grids.grid", "grids.pending", "grids.runs", "grids.standing", "into", "logs",
          "logs_damaged", "results",
          "results_known", "results_unneeded", "results_without_artifacts",
        ]
      ),
    ]
    let deep: [String: Set<String>] = [
      "plan": ["cost", "runs", "shard", "stages"],
      "status": ["axes", "failures", "runs", "shards", "stages"],
      "retry": ["failures", "runs", "shards", "stages"], "explain": ["attempts", "stages"],
      "verify": ["checked"], "merge": ["grids"],
    ]
    for (command, output, wanted) in expected {
      let found = try names(
        #require(try objects(output).first), deep: deep[command] ?? [])
      #expect(found == wanted, "\(command): \(found)")
    }
    for (command, _, wanted) in expected where command != "retry" {
      let help = try EspalierProgram.succeed([command, "--help"], in: folder).standardOutput
      let words = Set(
        help.split { !($0.isLetter || $0 == "_") }.map(String.init))
      for name in wanted.compactMap({ $0.split(separator: ".").last.map(String.init) }) {
        let isSpelledOut =
          words.contains(name)
          || (words.contains("_low") || words.contains("_high")) && name.hasSuffix("_high")
          || words.contains("_low") && name.hasSuffix("_low")
        #expect(isSpelledOut, "help of \(command) does not name \(name)")
      }
    }
  }
}
