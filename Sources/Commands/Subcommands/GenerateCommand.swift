import ArgumentParser
import Artifacts
import BuiltinProgram
import Foundation
import Grid
import JobTable
import Problems

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Show what a model answers: prompts, samples, and whether each is right.",
    discussion: """
      With a run's id (the first column of runs.csv) the model is the one that the run measured; \
      without one, it is a prepared base model.

      Examples:
        espalier generate --temperature 0
        espalier generate f11c5e914ac9 --samples 8
      """)

  @Argument(help: ArgumentHelp("A run's id.", valueName: "run"))
  var id: String?

  @OptionGroup var results: ResultsOption

  @Option(help: "Without a run: the base model's size. The default is the one prepared first.")
  var model: String?

  @Option(help: "The temperature to sample at; 0 is greedy.")
  var temperature = 1.0

  @Option(help: "How many samples of each problem.")
  var samples = 4

  @Option(help: "How many problems of each benchmark, from the development split.")
  var problems = 1

  @Option(help: "The seed of the random numbers.")
  var seed: UInt64 = 0

  func validate() throws {
    guard (0...10).contains(temperature) else {
      throw ValidationError("--temperature takes a number from 0 to 10")
    }
    guard (1...1000).contains(samples) else {
      throw ValidationError("--samples takes a number from 1 to 1000")
    }
    guard (1...64).contains(problems) else {
      throw ValidationError("--problems takes a number from 1 to 64")
    }
  }

  mutating func run() throws {
    let reader = try KnownGrid.reader(results)
    let (state, context) = try state(in: reader)
    let store = ArtifactStore(folder: results.results + "/artifacts")
    let sampler: AnswerSampler
    do {
      sampler = try AnswerSampler(state: state, context: context, store: store)
    } catch let failure as Failure {
      throw CommandFailure(failure.message, status: .store)
    }
    let step = state.step.map { " after \($0) steps" } ?? ""
    Terminal.print("\(state.kind)\(step), temperature \(ParameterValue.number(temperature))")
    let count = temperature == 0 ? 1 : samples
    let corpus = context.first { $0.kind == "prepare" }?.parameters["corpus"]?.string
    let domain = corpus.flatMap(Domain.init(rawValue:)) ?? .arithmetic
    for benchmark in domain.benchmarks {
      let set = try ProblemSet.benchmark(benchmark, split: .development, count: problems)
      for problem in set.problems {
        Terminal.print("")
        Terminal.print(
          "\(set.name): \(Vocabulary.decode(problem.prompt))  → \(problem.answer)")
        for answer in sampler.answers(
          to: problem, count: count, temperature: temperature, seed: seed)
        {
          let mark = answer.right ? "right" : answer.number == nil ? "no answer" : "wrong"
          Terminal.print("    \(mark): \(answer.text)\(answer.terminated ? "" : " …")")
        }
      }
    }
  }

  private func state(in reader: JobTableReader) throws -> (Stage, [Stage]) {
    if let id {
      guard let run = RunID(id) else {
        throw CommandFailure("“\(id)” is not a run's id: that is 12 hex digits, as in runs.csv.")
      }
      guard let detail = try reader.details(of: run).first else {
        throw CommandFailure("there is no run \(run) in “\(results.results)”.")
      }
      let stages = detail.stages.map(\.stage)
      guard
        let state = stages.last(where: { $0.step != nil || ["prepare", "tune"].contains($0.kind) })
      else {
        throw CommandFailure(
          "the run \(run) is not one of the built-in program, so it has no model.")
      }
      return (state, stages)
    }
    let bases = try reader.results(ofKind: "prepare").filter { $0.result != nil }.map(\.stage)
    guard let base = bases.first(where: { model == nil || $0.parameters["model"]?.string == model })
    else {
      throw CommandFailure(
        "no base model\(model.map { " “\($0)”" } ?? "") is prepared in “\(results.results)” yet. "
          + "Run a grid that needs it first.")
    }
    return (base, [base])
  }
}
