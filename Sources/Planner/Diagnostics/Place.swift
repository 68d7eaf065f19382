/// Where something stands that a grid says.
package struct Place: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    /// A file, by the name it was opened with.
    case file(String)
    /// A `--set` of the command line, as it was typed.
    case override(String)
  }

  package let source: Source
  /// From 1. In an override both say nothing and are 1.
  package let line: Int
  /// From 1, counted in Unicode scalars.
  package let column: Int

  package init(source: Source, line: Int = 1, column: Int = 1) {
    self.source = source
    self.line = line
    self.column = column
  }
}

extension Place: CustomStringConvertible {
  /// `grids/x.yaml:7:3`, or the override itself.
  package var description: String {
    switch source {
    case .file(let name): "\(name):\(line):\(column)"
    case .override(let text): "--set \(text)"
    }
  }
}
