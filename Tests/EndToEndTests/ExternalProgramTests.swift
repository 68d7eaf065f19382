import Foundation
import Testing

/// Programs of the user's as workloads, well-behaved and not.
@Suite(.serialized)
struct ExternalProgramTests {
  @Test("The iris example learns, fills every epoch from one process a trajectory, and resumes")
  func iris() throws {
    let folder = try TemporaryFolder()
    for name in ["iris.yaml", "iris.py", "iris.csv"] {
      let source = EspalierProgram.repository.appending(path: "grids/examples/\(name)")
      try folder.write(String(contentsOf: source, encoding: .utf8), to: "grids/examples/\(name)")
    }
    let running = try EspalierProgram.start(["run", "grids/examples/iris.yaml"], in: folder)
    try running.waitForChildren()
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    try EspalierProgram.succeed(["run", "grids/examples/iris.yaml"], in: folder)
    let runs = try folder.read("results/examples/iris/runs.csv").split(separator: "\n")
    #expect(runs.count == 1 + 3 * 2 * 8 * 11)
    let last = runs.filter { $0.contains(",0.1,8,") && $0.contains(",10,done,") }
    #expect(last.count == 8)
    let accuracies = last.compactMap { Double($0.split(separator: ",")[6]) }
    #expect(accuracies.count == 8 && accuracies.allSatisfy { $0 > 0.85 })
    let timings = try folder.read("results/examples/iris/timings.csv")
    #expect(
      Set(
        timings.split(separator: "\n").dropFirst().map {
          $0.split(separator: ",", omittingEmptySubsequences: false)[3]
        }
      ).count == 48)
  }

  @Test("The shell example runs through a shell")
  func shell() throws {
    let folder = try TemporaryFolder()
    for name in ["compression.yaml", "iris.csv"] {
      let source = EspalierProgram.repository.appending(path: "grids/examples/\(name)")
      try folder.write(String(contentsOf: source, encoding: .utf8), to: name)
    }
    let output = try EspalierProgram.succeed(["run", "compression.yaml"], in: folder)
    #expect(output.standardOutput.contains("ratio"))
    #expect(try folder.read("results/compression/runs.csv").split(separator: "\n").count == 11)
  }

  @Test("--max-fails starts nothing more after so many failures, and says how to go on")
  func maxFails() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: bad
      program: {shell: "echo {x} >> walks; exit 7"}
      axes: {x: {count: 20}}
      """, to: "bad.yaml")
    let run = try EspalierProgram.run(["run", "bad.yaml", "-j1", "--max-fails", "3"], in: folder)
    #expect(run.status == 1)
    #expect(
      run.standardError.contains("stopped: too many jobs failed. Go on with: espalier run bad"))
    #expect(try folder.read("walks") == "0\n1\n2\n")
    let next = try EspalierProgram.run(["run", "bad.yaml", "-j1", "--no-keep-going"], in: folder)
    #expect(next.status == 1)
    #expect(try folder.read("walks") == "0\n1\n2\n3\n")
    let rest = try EspalierProgram.run(["run", "bad.yaml", "--output", "quiet"], in: folder)
    #expect(rest.status == 1)
    #expect(try folder.read("walks").split(separator: "\n").count == 20)
    for wrong in [["--max-fails", "0"], ["--max-fails", "-2"], ["--max-fails", "some"]] {
      #expect(try EspalierProgram.run(["run", "bad.yaml"] + wrong, in: folder).status == 2)
    }
  }

  @Test("What failed of too little memory heals when it is tried again with more")
  func moreMemory() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: hungry
      program:
        command: [python3, -c, "b = bytes({megabytes} << 20); print('{\\"metrics\\": {\\"x\\": 1}}')"]
        resources: {memory: 100 MiB}
      axes: {megabytes: [1, 150]}
      """, to: "hungry.yaml")
    let run = try EspalierProgram.run(["run", "hungry.yaml", "--output", "quiet"], in: folder)
    #expect(run.status == 1)
    let status = try EspalierProgram.succeed(["status", "hungry.yaml"], in: folder).standardOutput
    #expect(status.contains("memory"), "\(status)")
    let less = try EspalierProgram.run(
      ["retry", "hungry.yaml", "--memory", "lots"], in: folder)
    #expect(less.status == 2)
    try EspalierProgram.succeed(
      ["retry", "hungry.yaml", "--memory", "400MiB", "--output", "quiet"], in: folder)
    let runs = try folder.read("results/hungry/runs.csv")
    #expect(runs.split(separator: "\n").count { $0.contains(",done,") } == 2, "\(runs)")
  }

  @Test("Every kind of failure is an attempt with a message, and the grid goes on")
  func failures() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: bad
      program:
        shell: |
          case {kind} in
            good) echo '{"metrics": {"accuracy": 0.5}}' ;;
            status) echo complaint >&2; exit 7 ;;
            killed) kill -9 $$ ;;
            nonsense) echo '{"metrics": {"accuracy": "high"}}' ;;
            silent) : ;;
            nan) echo '{"metrics": {"accuracy": NaN}}' ;;
            hangs) sleep 1000 ;;
          esac
        resources: {time: 2s}
      axes:
        kind: [good, status, killed, nonsense, silent, nan, hangs]
      """, to: "bad.yaml")
    let output = try EspalierProgram.run(["run", "bad.yaml", "-j", "2"], in: folder)
    #expect(output.status == 1 && !output.signalled)
    let runs = try folder.read("results/bad/runs.csv").split(separator: "\n")
    #expect(runs.filter { $0.contains(",done,0.5") }.count == 1)
    #expect(runs.filter { $0.contains(",failed") }.count == 6)
    let status = try EspalierProgram.run(["status", "bad.yaml"], in: folder).standardOutput
    for text in ["status 7", "signal 9", "time limit"] {
      #expect(status.contains(text), "status does not say “\(text)”:\n\(status)")
    }

    // The same command leaves failures alone and says how to try again; retry tries again.
    let again = try EspalierProgram.run(["run", "bad.yaml"], in: folder)
    #expect(again.status == 1 && again.standardError.contains("retry bad.yaml"))
    let repaired = try folder.read("bad.yaml").replacing("sleep 1000", with: "exit 3")
    try folder.write(repaired, to: "bad.yaml")
    #expect(try EspalierProgram.run(["retry", "bad.yaml"], in: folder).status == 1)
  }

  @Test("A killed program is tried again, and retries count failures only")
  func retries() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: flaky
      program:
        shell: |
          marks=$ESPALIER_CHECKPOINT_DIR
          [ -e "$marks/killed" ] || { touch "$marks/killed"; kill -9 $$; }
          [ -e "$marks/later" ] || { touch "$marks/later"; exit 75; }
          [ -e "$marks/failed" ] || { touch "$marks/failed"; exit 1; }
          printf '{"metrics": {"attempt": %d}}\\n' "$ESPALIER_ATTEMPT"
        retries: 1
      axes:
        seed: [1, 2]
      """, to: "flaky.yaml")
    try EspalierProgram.succeed(["run", "flaky.yaml"], in: folder)
    let runs = try folder.read("results/flaky/runs.csv").split(separator: "\n").dropFirst()
    #expect(runs.count == 2 && runs.allSatisfy { $0.hasSuffix(",done,4") })
  }
}
