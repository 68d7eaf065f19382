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

  @Test("Bad questions get a sentence and status 2")
  func badQuestions() throws {
    let folder = try failing()
    for (arguments, words) in [
      (["explain", "xyz"], "12 hex digits"),
      (["explain", "000000000000"], "there is no run"),
      (["logs"], "Name a run"),
      (["logs", "--grep", "(unclosed"], "is no pattern"),
      (["runs", "causes.yaml", "--where", "knid=a"], "Did you mean “kind”?"),
      (["runs", "causes.yaml", "--where", "state=broken"], "the states are"),
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
