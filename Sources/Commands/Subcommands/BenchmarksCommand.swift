import ArgumentParser
import BuiltinProgram

struct BenchmarksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract: "List the built-in benchmarks with example problems.",
    discussion: """
      The problems that models are measured on never occur in pretraining, nor among the prompts \
      that they are post-trained on.

      Examples:
        espalier benchmarks --examples 1
      """)

  @Option(name: .shortAndLong, help: "How many example problems of each.")
  var examples = 3

  func validate() throws {
    guard (0...20).contains(examples) else {
      throw ValidationError("--examples takes a number from 0 to 20")
    }
  }

  func run() throws {
    for benchmark in try BuiltinProgram.benchmarks(split: .benchmark, examples: max(examples, 1)) {
      Terminal.print("\(benchmark.name): \(benchmark.about); up to \(benchmark.problems) problems")
      for example in benchmark.examples.prefix(examples) {
        Terminal.print("    \(example.kind): \(example.prompt)  → \(example.answer)")
        Terminal.print("        worked: \(example.solution)")
      }
    }
  }
}
