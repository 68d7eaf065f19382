import Glibc
import Grid

extension ExternalProgram {
  /// The name of the program that jobs start, if no file can be executed under that name; `nil` too
  /// when the name depends on a job's parameters.
  ///
  /// - Parameters:
  ///   - environment: of the owner.
  ///   - directory: where jobs run.
  package func missingExecutable(
    environment inherited: [String: String], directory: String
  ) -> String? {
    guard case .command(let words) = invocation,
      let template = words.first.map(CommandTemplate.init),
      template.placeholders.isEmpty
    else { return nil }
    let name = template.filled { _ in "" }
    let path = ProgramPath.find(
      name, searchPath: environment["PATH"] ?? inherited["PATH"] ?? "", directory: directory)
    guard let path else { return name }
    let fromHere =
      path.hasPrefix("/") || directory.isEmpty
      ? path : directory + (directory.hasSuffix("/") ? "" : "/") + path
    return access(fromHere, X_OK) == 0 ? nil : name
  }
}
