import ArgumentParser

/// What a command prints on standard output.
enum OutputMode: String, ExpressibleByArgument, CaseIterable {
  case table, json, quiet
}
