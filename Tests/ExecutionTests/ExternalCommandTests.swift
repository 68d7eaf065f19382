import Foundation
import Grid
import Keys
import TestSupport
import Testing

@testable import Execution

@Suite struct ExternalCommandTests {
  func command(
    _ invocation: ExternalProgram.Invocation, prefix: String? = nil,
    parameters: ParameterAssignment, steps: [Int?] = [nil]
  ) -> ExternalCommand {
    ExternalCommand(
      program: ExternalProgram(
        invocation: invocation, prefix: prefix, environment: ["OMP_NUM_THREADS": "1"]),
      stages: steps.map {
        Stage(kind: "external", version: 1, parameters: parameters, parents: [], step: $0)
      },
      attempt: Attempt(rawValue: 3), checkpoints: "/c", report: "/r")
  }

  @Test func placeholdersAreFilledAndNothingElseIsTouched() {
    let made = command(
      .command(["{program}", "--lr={lr}", "{{lr}}", "${lr}", "{seed}", "{unknown}"]),
      parameters: [
        "program": .string("a b"), "lr": .number(0.001), "seed": .integer(7),
        "@command": .string("[]"),
      ])
    #expect(made.words == ["a b", "--lr=0.001", "{lr}", "${lr}", "7", "{unknown}"])
  }

  @Test func theProcessIsToReachTheLargestStep() {
    let made = command(
      .command(["train", "{step}"]), prefix: "step", parameters: ["lr": .number(0.5)],
      steps: [3, 10, 4])
    #expect(made.words == ["train", "10"])
    #expect(made.environment["ESPALIER_PARAMETERS"] == #"{"lr":0.5,"step":10}"#)
    #expect(
      made.environment["ESPALIER_RUN"]
        == RunID(parameters: .object(["lr": .number(0.5), "step": .integer(10)])).text)
  }

  @Test func theEnvironmentSaysEverything() {
    let made = command(.command(["x"]), parameters: ["a": .boolean(true), "@shell": .string("")])
    #expect(
      made.environment == [
        "ESPALIER_PARAMETERS": #"{"a":true}"#,
        "ESPALIER_RUN": RunID(parameters: .object(["a": .boolean(true)])).text,
        "ESPALIER_ATTEMPT": "3", "ESPALIER_CHECKPOINT_DIR": "/c", "ESPALIER_RESULTS": "/r",
      ])
    #expect(Set(made.environment.keys) == ExternalCommand.variables)
  }

  /// What a shell makes of a quoted value is the value, whatever it holds.
  @Test func aShellGetsEveryValueAsOneWord() throws {
    let values = [
      "plain", "", "two words", "it's", "'", "''", "$HOME `id` \\ \"x\"", "; exit 3", "a\nb", "*",
      "-n", "é", "1e-3", "a/b:c", "~", "#",
    ]
    for value in values {
      let made = command(.shell("printf %s {value}"), parameters: ["value": .string(value)])
      #expect(made.words.prefix(2) == ["/bin/sh", "-c"])
      let output = try ChildProgram.output(of: made.words)
      #expect(String(decoding: output, as: UTF8.self) == value)
    }
  }

  @Test func programsAreFoundAsAShellFindsThem() throws {
    let home = try TemporaryFolder()
    _ = try home.script("tool", "#!/bin/sh\n")
    try Data().write(to: URL(filePath: home.path + "/plain"))
    #expect(
      ProgramPath.find("tool", searchPath: "/nowhere:\(home.path)", directory: nil)
        == home.path + "/tool")
    #expect(ProgramPath.find("plain", searchPath: home.path, directory: nil) == nil)
    #expect(ProgramPath.find("tool", searchPath: "/nowhere", directory: home.path) == nil)
    #expect(ProgramPath.find("tool", searchPath: "", directory: home.path) == "./tool")
    #expect(ProgramPath.find("./tool", searchPath: "/bin", directory: nil) == "./tool")
    #expect(ProgramPath.find("", searchPath: home.path, directory: nil) == nil)
  }
}
