import Glibc
import Grid
import Keys

/// What to start for a job of an external program.
struct ExternalCommand: Hashable, Sendable {
  /// The program and its arguments.
  let words: [String]
  /// What the process's environment has beside the owner's and the program's.
  let environment: [String: String]

  /// The names that `environment` may have.
  static let variables: Set<String> = [
    "ESPALIER_PARAMETERS", "ESPALIER_RUN", "ESPALIER_ATTEMPT", "ESPALIER_CHECKPOINT_DIR",
    "ESPALIER_RESULTS",
  ]

  /// - Parameters:
  ///   - stages: the order's stages, all of one trajectory; with a prefix axis the process is to
  ///     reach the largest of them.
  ///   - report: the file that it may write instead of its output.
  init(
    program: ExternalProgram, stages: [Stage], attempt: Attempt, checkpoints: String,
    report: String
  ) {
    var parameters = (stages.first?.parameters ?? [:]).filter { !$0.key.hasPrefix("@") }
    if let prefix = program.prefix, let last = stages.compactMap(\.step).max() {
      parameters[prefix] = .integer(last)
    }
    switch program.invocation {
    case .command(let templates):
      words = templates.map { template in
        CommandTemplate(template).filled { parameters[$0]?.description ?? "{\($0)}" }
      }
    case .shell(let script):
      let filled = CommandTemplate(script).filled { name in
        parameters[name].map { Self.quoted($0.description) } ?? "{\(name)}"
      }
      words = ["/bin/sh", "-c", filled]
    }
    let canonical = parameters.canonical
    environment = [
      "ESPALIER_PARAMETERS": canonical.text,
      "ESPALIER_RUN": RunID(parameters: canonical).text,
      "ESPALIER_ATTEMPT": attempt.description,
      "ESPALIER_CHECKPOINT_DIR": checkpoints,
      "ESPALIER_RESULTS": report,
    ]
  }

  /// The text as one word of a POSIX shell, whatever it holds. What means itself to a shell, such as
  /// a number, stays bare, so that it also works in arithmetic and within quotes.
  static func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-+.,:/@%".utf8.contains(byte)
      }
    }
    if plain, !text.isEmpty { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

/// Where a program's file is.
enum ProgramPath {
  /// The file that `name` means, as a shell would find it: a name with a slash is a path, any other
  /// is looked up in the folders of `searchPath`. `nil` when there is none that may be executed.
  static func find(_ name: String, searchPath: String, directory: String?) -> String? {
    guard !name.isEmpty else { return nil }
    if name.contains("/") { return name }
    for folder in searchPath.split(separator: ":", omittingEmptySubsequences: false) {
      // An empty entry is the working directory.
      let path = (folder.isEmpty ? "." : String(folder)) + "/" + name
      let fromHere = path.hasPrefix("/") ? path : (directory ?? ".") + "/" + path
      var status = stat()
      if stat(fromHere, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        access(fromHere, X_OK) == 0
      {
        return path
      }
    }
    return nil
  }
}
