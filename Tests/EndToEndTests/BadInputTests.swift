import Foundation
import TestSupport
import Testing

/// Bad input gets a sentence and status 2, and nothing is written.
struct BadInputTests {
  @Test("All faults of a grid file at once, with line, column and a suggestion")
  func faults() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: bad
      program: builtin
      parameters:
        modle: tiny
        learning_rate: fast
      axes:
        seed: []
        step: {from: 0, to: 4}
      """, to: "bad.yaml")
    let output = try EspalierProgram.run(["run", "bad.yaml"], in: folder)
    #expect(output.status == 2)
    let lines = output.standardError
    #expect(lines.contains("bad.yaml:4:3:") && lines.contains("“model”"))
    #expect(lines.contains("bad.yaml:5:18:"))
    #expect(lines.contains("bad.yaml:7:"))
    #expect(!folder.exists("results"))
  }

  @Test(
    "Output that cannot be written is no success",
    arguments: [["schema"], ["status", "--output", "json"], ["runs", "one", "--output", "csv"]])
  func fullOutput(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: one
      program: {shell: "echo '{\\"metrics\\": {\\"y\\": 1}}'"}
      axes: {x: [1]}
      """, to: "one.yaml")
    try EspalierProgram.succeed(["run", "one.yaml"], in: folder)
    let error = folder.url.appending(path: "error").path()
    let program = try ChildProgram(
      [EspalierProgram.path] + arguments, in: folder.url.path(), output: "/dev/full", error: error)
    #expect(try program.wait().status == 4)
    #expect(try folder.read("error").contains("standard output could not be written"))
  }

  @Test("A missing file, a folder, an unknown command and an unknown option")
  func usage() throws {
    let folder = try TemporaryFolder()
    let missing = try EspalierProgram.run(["run", "nowhere.yaml"], in: folder)
    #expect(missing.status == 2 && missing.standardError.contains("nowhere.yaml"))
    #expect(try EspalierProgram.run(["run", "."], in: folder).status == 2)
    #expect(try EspalierProgram.run(["rnu", "x.yaml"], in: folder).status == 2)
    #expect(try EspalierProgram.run(["run", "--jobs", "none", "x.yaml"], in: folder).status == 2)
    #expect(try EspalierProgram.run(["--help"], in: folder).status == 0)
    #expect(try EspalierProgram.run(["status"], in: folder).status == 2)
    #expect(!folder.exists("results"))
  }
}
