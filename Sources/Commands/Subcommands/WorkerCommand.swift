import ArgumentParser
import Artifacts
import BuiltinProgram

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Internal: job orders in as JSON lines, events out as JSON lines.",
    shouldDisplay: false)

  @Option(help: ArgumentHelp("Where artifacts are.", valueName: "dir"))
  var artifacts: String

  func run() throws {
    do {
      try Worker.run(store: ArtifactStore(folder: artifacts), version: BuildVersion.text)
    } catch let refusal as Worker.Refusal {
      throw CommandFailure("\(refusal)")
    }
  }
}
