import ArgumentParser
import Foundation
import Scheduler

/// How a grid's jobs are run; shared by `run` and `retry`.
struct RunOptions: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "How many jobs run at once. The default is the number of CPU cores.", valueName: "n"))
  var jobs: Int?

  @Flag(
    name: [.customShort("k"), .customLong("keep-going")], inversion: .prefixedNo,
    help: "Go on with other jobs when one fails; --no-keep-going stops at the first failure.")
  var keepGoing = true

  @Option(
    help: ArgumentHelp("Start nothing more when so many jobs have failed.", valueName: "n"))
  var maxFails: Int?

  @Option(
    help: ArgumentHelp(
      "How often a failed attempt is tried again; overrides the grid file.", valueName: "n"))
  var retries: Int?

  @Option(
    help: ArgumentHelp(
      "How often a job whose process died by a signal is tried again.", valueName: "n"))
  var crashLimit = 5

  @Option(
    help: ArgumentHelp(
      "Time limit of one attempt, such as 90s or \"1h 30m\"; overrides the grid file.",
      valueName: "time"))
  var timeLimit: TimeLimit?

  @Option(
    help: ArgumentHelp(
      """
      Memory limit of a program of yours, such as 8GiB; overrides the grid file. What the built-in \
      program needs is what it takes.
      """, valueName: "amount"))
  var memory: MemoryLimit?

  @Option(help: "What to print at the end: table, json or quiet. Quiet shows no progress either.")
  var output = OutputMode.table

  func validate() throws {
    if let jobs, !(1...4096).contains(jobs) {
      throw ValidationError("--jobs takes a number from 1 to 4096, not \(jobs)")
    }
    for (name, value) in [("--max-fails", maxFails), ("--retries", retries)] {
      if let value, value < 0 {
        throw ValidationError("\(name) takes a number from 0, not \(value)")
      }
    }
    if maxFails == 0 { throw ValidationError("--max-fails takes a number from 1, not 0") }
    try timeLimit?.validate("--time-limit")
    try memory?.validate("--memory")
    if crashLimit < 0 { throw ValidationError("--crash-limit takes a number from 0") }
  }

  var slots: Int { jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

  var failureLimit: Int? { keepGoing ? maxFails : 1 }
}
