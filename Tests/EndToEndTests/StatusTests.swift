import Foundation
import Testing

/// What `status` says during a run and after failures.
@Suite(.serialized)
struct StatusTests {
  @Test("During a run it tells the rate and, from what was timed, the time that is left")
  func rate() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: slow
      program:
        shell: |
          sleep 0.3
          printf '{"metrics": {"x": %d}}\\n' {x}
      axes: {x: {count: 30}}
      """, to: "slow.yaml")
    let running = try EspalierProgram.start(["run", "slow.yaml", "-j2"], in: folder)
    var said: [String] = []
    while running.isRunning {
      let status = try EspalierProgram.run(["status", "slow.yaml"], in: folder)
      said.append(status.standardOutput)
      if status.standardOutput.contains(" left (95%: ") { break }
      Thread.sleep(forTimeInterval: 0.1)
    }
    let last = try #require(said.last)
    #expect(last.contains("stages a") && last.contains("at once"), "\(last)")
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    // Nobody is at work: what is left to do, and no rate.
    let after = try EspalierProgram.succeed(["status", "slow.yaml"], in: folder).standardOutput
    #expect(after.contains("to do: about ") && !after.contains("stages a"), "\(after)")
    #expect(after.contains(", 0 running, "), "\(after)")
    let table = try EspalierProgram.succeed(["export", "slow.yaml", "--to", "out"], in: folder)
    #expect(try !folder.read("out/runs.csv").contains("running"), "\(table)")
  }

  @Test("Failures come with a message, a log that is there, and commands that can be typed")
  func failures() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: bad
      program: {shell: "echo what went wrong; exit {code}"}
      axes: {code: [1]}
      """, to: "bad grid.yaml")
    let arguments = ["bad grid.yaml", "--results", "my results"]
    let run = try EspalierProgram.run(["run"] + arguments + ["--set", "code=[3, 4]"], in: folder)
    #expect(run.status == 1)
    #expect(
      run.standardError.contains(
        "espalier retry 'bad grid.yaml' --results 'my results' --set 'code=[3, 4]'"))
    let status = try EspalierProgram.succeed(["status"] + arguments, in: folder).standardOutput
    #expect(status.contains("status 3") && status.contains("what went wrong"))
    // Without the options of the run the command that stands there would plan another grid.
    #expect(
      status.contains(
        "try them again with: the grid as it was run, its --set options included: "
          + "espalier retry 'bad grid.yaml' --results 'my results'"))
    _ = try EspalierProgram.run(["run", "bad grid.yaml"], in: folder)
    let same = try EspalierProgram.succeed(["status", "bad grid.yaml"], in: folder).standardOutput
    #expect(same.contains("try them again with: espalier retry 'bad grid.yaml'\n"), "\(same)")
    let line = try #require(status.split(separator: "\n").first { $0.contains("log: ") })
    let command = line.drop { $0 == " " }.dropFirst("log: ".count)
    #expect(command == "espalier logs --job 1 --results 'my results'")
    let log = try EspalierProgram.succeed(
      ["logs", "--job", "1", "--results", "my results"], in: folder)
    #expect(log.standardOutput == "what went wrong\n")
  }

  @Test("Hints of a share stay within it, and those of a grid that was run with options say so")
  func hintsOfShares() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: half
      program: {shell: "exit {code}"}
      axes: {code: [1, 2, 3, 4]}
      """, to: "half.yaml")
    let run = try EspalierProgram.run(
      ["run", "half.yaml", "--shard", "2/2", "--max-fails", "1", "-j", "1"], in: folder)
    #expect(run.status == 1)
    for named in [["half.yaml"], ["half"], []] {
      let status = try EspalierProgram.succeed(["status"] + named, in: folder).standardOutput
      #expect(status.contains("goes on with: espalier run half.yaml --shard 2/2\n"), "\(status)")
      #expect(status.contains("again with: espalier retry half.yaml --shard 2/2\n"), "\(status)")
    }
    // With several shares each cluster's command is for one that has it.
    _ = try EspalierProgram.run(["run", "half.yaml", "--shard", "1/2"], in: folder)
    let retry = try EspalierProgram.succeed(["status", "half.yaml"], in: folder).standardOutput
    let hint = try #require(
      retry.split(separator: "\n").first { $0.contains("try them again with: ") })
    let command = hint.split(separator: " ").suffix(4).map(String.init)
    #expect(command.prefix(3) == ["retry", "half.yaml", "--shard"])
    #expect(try EspalierProgram.run(command, in: folder).status == 1)
    _ = try EspalierProgram.run(
      ["run", "half.yaml", "--set", "code=[5, 6]", "--max-fails", "1", "-j", "1"], in: folder)
    for named in [["half.yaml"], ["half"], []] {
      let status = try EspalierProgram.succeed(["status"] + named, in: folder).standardOutput
      #expect(
        status.contains(
          "goes on with: the grid as it was run, its --set options included: espalier run half.yaml\n"
        ), "\(status)")
    }
  }

  @Test("What a program says cannot move the cursor of who looks")
  func controlCharacters() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: loud
      program: {shell: "printf 'Error: \\\\033[31mred\\\\033[2J\\\\n' >&2; exit 3"}
      axes: {x: [1]}
      """, to: "loud.yaml")
    #expect(try EspalierProgram.run(["run", "loud.yaml"], in: folder).status == 1)
    let runs = try folder.read("results/loud/runs.csv")
    let id = try #require(runs.split(separator: "\n").last?.split(separator: ",").first)
    for arguments in [["status"], ["explain", String(id)]] {
      let text = try EspalierProgram.succeed(arguments, in: folder).standardOutput
      #expect(text.contains("Error: \\u{1b}[31mred") && !text.contains("\u{1B}"), "\(text)")
    }
  }
}
