/// A program of the user's that does the work of a grid's runs.
package struct ExternalProgram: Hashable, Sendable, Codable {
  package enum Invocation: Hashable, Sendable, Codable {
    /// The program and its arguments, each a `CommandTemplate`; never passes through a shell.
    case command([String])
    /// A script for `/bin/sh -c`, with the parameters as `ESPALIER_PARAMETERS` and, each on its own,
    /// as placeholders of a `CommandTemplate`, quoted for the shell.
    case shell(String)
  }

  package var invocation: Invocation
  /// The axis at each of whose values the program reports; one process then fills all its runs.
  package var prefix: String?
  package var environment: [String: String]

  package init(invocation: Invocation, prefix: String? = nil, environment: [String: String] = [:]) {
    self.invocation = invocation
    self.prefix = prefix
    self.environment = environment
  }
}
