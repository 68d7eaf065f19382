import ArgumentParser
import Artifacts
import Execution
import Glibc
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

      Exit status: 0 all done, 1 some runs failed, 2 bad usage or a bad grid, 3 stopped early and \
      resumable, 4 the results folder is locked, damaged or full, 130 stopped at once.
      """,
    version: BuildVersion.text,
    subcommands: [
      PlanCommand.self, RunCommand.self, StatusCommand.self, ReportCommand.self,
      ExportCommand.self, RetryCommand.self, VerifyCommand.self, ModelsCommand.self,
      BenchmarksCommand.self, GenerateCommand.self, SchemaCommand.self, WorkerCommand.self,
    ])

  package init() {}

  /// Parses the command line, runs the command, and ends the process with its status.
  package static func main() -> Never {
    do {
      var command = try parseAsRoot()
      try command.run()
      Glibc.exit(ExitStatus.done.rawValue)
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch let failure as CommandFailure {
      Terminal.note("espalier: \(failure.message)")
      Glibc.exit(failure.status.rawValue)
    } catch let error as JobTableError {
      Terminal.note("espalier: \(error)")
      Glibc.exit(ExitStatus.store.rawValue)
    } catch let error as OwnershipError {
      Terminal.note("espalier: \(error)")
      Glibc.exit(ExitStatus.store.rawValue)
    } catch let error as FileError {
      Terminal.note("espalier: \(error)")
      Glibc.exit(ExitStatus.store.rawValue)
    } catch let error as ArtifactError {
      Terminal.note("espalier: \(error)")
      Glibc.exit(ExitStatus.store.rawValue)
    } catch {
      let usage = exitCode(for: error)
      Terminal.write(
        fullMessage(for: error) + "\n", to: usage.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
      Glibc.exit(usage.isSuccess ? ExitStatus.done.rawValue : ExitStatus.usage.rawValue)
    }
  }
}
