import Grid

/// Reads grid files: text in, a checked specification out, or every fault at once.
package struct GridReader {
  private let builtin: ProgramDescription
  private let load: (String) throws(UnreadableFile) -> String

  /// - Parameters:
  ///   - builtin: the description of the built-in program.
  ///   - load: the text of an included file, by its path.
  package init(
    builtin: ProgramDescription, load: @escaping (String) throws(UnreadableFile) -> String
  ) {
    self.builtin = builtin
    self.load = load
  }

  /// - Throws: `GridFaults` with all faults and warnings of the file, its includes and overrides.
  /// - Complexity: O(length of the text + number of axis points).
  package func read(_ source: GridSource) throws(GridFaults) -> ReadGrid {
    var diagnostics = DiagnosticList()
    let resolver = IncludeResolver(load: load)
    guard
      var tree = resolver.tree(of: source.text, file: source.file, into: &diagnostics)
    else { throw diagnostics.faults }
    for text in source.overrides {
      guard let override = Override(text, into: &diagnostics) else { continue }
      override.apply(to: &tree, program: builtin, into: &diagnostics)
    }
    StructureCheck.check(tree, is: GridSchema.grid, program: builtin, into: &diagnostics)
    guard tree.entries != nil else { throw diagnostics.faults }
    var decoder = GridDecoder(
      tree: tree, file: source.file, builtin: builtin, diagnostics: diagnostics)
    let (specification, places) = decoder.decode()
    if decoder.diagnostics.hasFaults { throw decoder.diagnostics.faults }
    return ReadGrid(
      specification: specification, program: decoder.program,
      warnings: decoder.diagnostics.sorted, places: places)
  }
}
