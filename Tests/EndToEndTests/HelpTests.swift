import Foundation
import TestSupport
import Testing

/// Every command says how it is used, and man pages and completions follow from that.
struct HelpTests {
  struct Help: Decodable {
    struct Command: Decodable {
      let commandName: String
      let abstract: String?
      let discussion: String?
      let shouldDisplay: Bool?
      let subcommands: [Command]?
    }

    let command: Command
  }

  private func commands(in folder: TemporaryFolder) throws -> [Help.Command] {
    let text = try EspalierProgram.succeed(["--experimental-dump-help"], in: folder).standardOutput
    let help = try JSONDecoder().decode(Help.self, from: Data(text.utf8))
    return (help.command.subcommands ?? []).filter {
      $0.shouldDisplay != false && $0.commandName != "help"
    }
  }

  @Test("Every command has examples that name it")
  func examples() throws {
    let commands = try commands(in: try TemporaryFolder())
    #expect(commands.count >= 15)
    for command in commands {
      let text = command.discussion ?? ""
      #expect(
        text.contains("Examples:\n") && text.contains("espalier \(command.commandName)"),
        "\(command.commandName)")
      #expect(command.abstract?.isEmpty == false)
    }
  }

  @Test("A misspelt command is named, with a suggestion and status 2")
  func misspelt() throws {
    let folder = try TemporaryFolder()
    for (arguments, meant) in [
      (["rnu", "x.yaml"], "run"), (["help", "statsu"], "status"),
      (["Summarise", "x"], "summarize"),
    ] {
      let output = try EspalierProgram.run(arguments, in: folder)
      #expect(output.status == 2)
      #expect(output.standardError.contains("Did you mean “\(meant)”?"), "\(output.standardError)")
    }
    #expect(
      try EspalierProgram.succeed(["help", "run"], in: folder).standardOutput.contains("USAGE"))
  }

  @Test("tools/manual writes a man page for each command, and completions that shells accept")
  func manual() throws {
    let folder = try TemporaryFolder()
    _ = try ChildProgram.output(of: [
      "/usr/bin/env", "python3", EspalierProgram.repository.appending(path: "tools/manual").path(),
      "--espalier", EspalierProgram.path, folder.url.path(),
    ])
    for command in try commands(in: folder) {
      let page = try folder.read("man1/espalier-\(command.commandName).1")
      #expect(page.hasPrefix(".TH ") && page.contains(".SH EXAMPLES\n"))
    }
    #expect(try folder.read("man1/espalier.1").contains("espalier\\-summarize"))
    _ = try ChildProgram.output(of: [
      "/usr/bin/env", "bash", "-n", folder.url.appending(path: "espalier.bash").path(),
    ])
  }
}
