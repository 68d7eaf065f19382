import Foundation
import TestSupport
import Testing

/// `summarize` on files as other tools write them, through the command.
struct SummarizeTests {
  @Test("The cells of a grid's runs.csv are those of its summary.csv")
  func ownRuns() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: lines
      program:
        shell: |
          [ {x} -eq 3 ] && [ {seed} -eq 1 ] && exit 7
          printf '{"metrics": {"y": %d.5, "z": 1}}\\n' $(({x} * {x} + {seed}))
      axes: {x: [1, 2, 3], seed: {count: 3}}
      """, to: "lines.yaml")
    #expect(try EspalierProgram.run(["run", "lines.yaml"], in: folder).status == 1)
    let runs = "results/lines/runs.csv"
    let output = try EspalierProgram.run(["summarize", runs, "--format", "csv"], in: folder)
    // One run failed, and that is said.
    #expect(output.status == 1)
    #expect(output.standardOutput == (try folder.read("results/lines/summary.csv")))
    #expect(output.standardError.contains("cells by x; replicates seed; metrics y and z"))
    let table = try EspalierProgram.run(
      ["summarize", runs, "--metric", "y", "--figures", "drawn"], in: folder)
    // The figure is the one that the grid's own report has.
    #expect(try folder.read("drawn/y-curve-x.svg").contains("</svg>"))
    let latex = try EspalierProgram.run(["summarize", runs, "--format", "latex"], in: folder)
    #expect(latex.standardOutput.contains("\\toprule"))
    #expect(
      table.standardOutput.contains("(n=2 of 3;") && table.standardOutput.contains("1 failed"))
  }

  @Test("Standard input, conditions, baselines, Markdown")
  func asked() throws {
    let folder = try TemporaryFolder()
    var text = "\u{FEFF}Name,config/method,seed,_step,eval/acc\r\n"
    for seed in 0..<4 {
      for (method, gain) in [("none", 0.0), ("em, long", 0.25)] {
        for step in [1, 2] {
          text += "\"r\(seed)\",\"\(method)\",\(seed),\(step),"
          text += "\(Double(step * (seed + 1)) / 16 + gain)\r\n"
        }
      }
    }
    try folder.write(text, to: "wandb.csv")
    let arguments = [
      "--by", "config/method", "--replicate", "seed", "--metric", "eval/acc", "--where", "_step==2",
      "--baseline", "config/method=none", "--format", "markdown",
    ]
    let named = try EspalierProgram.succeed(["summarize", "wandb.csv"] + arguments, in: folder)
    #expect(named.standardError.isEmpty)
    #expect(named.standardOutput.contains("| em, long | +0.25"), "\(named.standardOutput)")
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    _ = try ChildProgram.output(
      of: [
        "/bin/sh", "-c",
        "cat wandb.csv | '\(EspalierProgram.path)' summarize - \(words) > piped.md",
      ], in: folder.url.path())
    #expect(try folder.read("piped.md") == named.standardOutput)
  }

  @Test("Lines that cannot be used are told with their number, and the rest is summarized")
  func badLines() throws {
    let folder = try TemporaryFolder()
    try Data(
      Array("lr,loss\n0.1,1\n0.1,2\n0.1\n0.1,x\n\"0.1\"z,1\n0.1,".utf8) + [0xFF, 0x0A]
        + Array("0.1,3\n\"0.1".utf8)
    ).write(to: folder.url.appending(path: "bad.csv"))
    let output = try EspalierProgram.run(
      ["summarize", "bad.csv", "--by", "lr", "--metric", "loss", "--format", "csv"], in: folder)
    #expect(output.status == 1)
    #expect(output.standardOutput.contains("\n0.1,loss,3,2,1,1,"), "\(output.standardOutput)")
    for line in [
      "line 4: 1 field", "line 5: loss is “x”", "line 6: text", "line 7: a field that",
      "line 9: a quoted field", "4 lines and 1 value are left out",
    ] {
      #expect(output.standardError.contains(line), "\(output.standardError)")
    }
  }

  @Test("What cannot be summarized gets a sentence and status 2")
  func nothing() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "empty.csv")
    try folder.write("temperature,accuracy\n", to: "header.csv")
    try folder.write("temperature,accuracy\n0.5,0.1\n", to: "one.csv")
    for (arguments, words) in [
      (["empty.csv"], "is empty"),
      (["header.csv"], "no rows"),
      (["one.csv", "--by", "temprature"], "Did you mean “temperature”?"),
      (["one.csv", "--metric", "loss"], "It has temperature, accuracy."),
      (["one.csv", "--where", "accuracy > 1"], "meets the conditions"),
      (["one.csv", "--where", "accuracy"], "is no condition"),
      (["one.csv", "--by", "temperature", "--baseline", "temperature=0.5"], "--replicate"),
      (["one.csv", "--by", "temperature", "--rows", "lr"], "no axis “lr”"),
      (["nowhere.csv"], "cannot be read"),
      (["."], "it is a folder"),
    ] {
      let output = try EspalierProgram.run(["summarize"] + arguments, in: folder)
      #expect(output.status == 2 && output.standardOutput.isEmpty, "\(arguments)")
      #expect(output.standardError.contains(words), "\(arguments): \(output.standardError)")
    }
  }
}
