import ArgumentParser
import Artifacts
import Execution
import Glibc
import Grid
import JobTable

/// The command line.
package struct Program: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract:
      "Run large ablation tables: plan a grid, share what runs have in common, survive kills.",
    discussion: """
      A grid file says what to try; `espalier run GRID` plans it, runs what is missing and reports. \
      The same command resumes.

      Examples:
        espalier run grids/quickstart.yaml
        espalier status --output json
        espalier summarize wandb.csv --by lr --metric eval/loss

      Completion for a shell: espalier --generate-completion-script bash (or zsh, fish).

      Exit status: 0 all done, 1 some runs failed, 2 bad usage or a bad grid, 3 stopped early and \
      resumable, 4 the results folder is locked, damaged or full, 130 stopped at once.
      """,
    version: BuildVersion.text,
    subcommands: [
      PlanCommand.self, RunCommand.self, StatusCommand.self, RunsCommand.self, ExplainCommand.self,
      LogsCommand.self, RetryCommand.self, MergeCommand.self, ReportCommand.self,
      ExportCommand.self,
      VerifyCommand.self, SummarizeCommand.self,
      ModelsCommand.self, BenchmarksCommand.self, GenerateCommand.self, SchemaCommand.self,
      WorkerCommand.self,
    ])

  package init() {}

  /// Parses the command line, runs the command, and ends the process with its status.
  package static func main() -> Never {
    do {
      try refuseUnknownCommand(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot()
      try command.run()
      end(ExitStatus.done.rawValue)
    } catch let code as ExitCode {
      end(code.rawValue)
    } catch let failure as CommandFailure {
      Terminal.note("espalier: \(failure.message)")
      end(failure.status.rawValue)
    } catch let error as JobTableError {
      Terminal.note("espalier: \(error)")
      end(ExitStatus.store.rawValue)
    } catch let error as OwnershipError {
      Terminal.note("espalier: \(error)")
      end(ExitStatus.store.rawValue)
    } catch let error as GuardFailure {
      Terminal.note("espalier: \(error)")
      end(ExitStatus.store.rawValue)
    } catch let error as FileError {
      Terminal.note("espalier: \(error)")
      end(ExitStatus.store.rawValue)
    } catch let error as ArtifactError {
      Terminal.note("espalier: \(error)")
      end(ExitStatus.store.rawValue)
    } catch {
      let usage = exitCode(for: error)
      Terminal.write(
        fullMessage(for: error) + "\n", to: usage.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
      end(usage.isSuccess ? ExitStatus.done.rawValue : ExitStatus.usage.rawValue)
    }
  }

  /// Ends the process; with the status of a full disk where what was to be read could not be written.
  private static func end(_ status: Int32) -> Never {
    if Terminal.outputError != 0 {
      Terminal.note(
        "espalier: standard output could not be written and is not whole: "
          + String(cString: strerror(Terminal.outputError)))
      Glibc.exit(ExitStatus.store.rawValue)
    }
    Glibc.exit(status)
  }

  /// A misspelt command would else be called an unexpected argument.
  private static func refuseUnknownCommand(_ arguments: [String]) throws {
    guard let first = arguments.first, !first.hasPrefix("-") else { return }
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    let word = first == "help" && arguments.count > 1 ? arguments[1] : first
    guard !word.hasPrefix("-"), !names.contains(word) else { return }
    let shown = configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .map { $0._commandName }
    let hint = Suggestion.nearest(to: word, among: shown).map { " Did you mean “\($0)”?" } ?? ""
    throw CommandFailure(
      "there is no command “\(word)”.\(hint) The commands are \(shown.joined(separator: ", ")).")
  }
}
