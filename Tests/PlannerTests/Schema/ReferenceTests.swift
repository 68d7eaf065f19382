import Foundation
import Testing

@testable import Planner

/// The reference grids show everything that a grid can say.
@Suite struct ReferenceTests {
  private static let grids = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../grids").standardizedFileURL

  private func tree(_ name: String) throws -> YAMLNode {
    let text = try String(contentsOf: Self.grids.appending(path: name), encoding: .utf8)
    var diagnostics = DiagnosticList()
    let tree = YAMLReader.read(text, source: .file(name), into: &diagnostics)
    #expect(!diagnostics.hasFaults)
    return try #require(tree)
  }

  @Test func everyFormIsShown() throws {
    var shown: Set<String> = []
    for name in [
      "reference.yaml", "reference/base.yaml", "reference/command.yaml", "reference/shell.yaml",
    ] {
      collect(try tree(name), .record(GridSchema.grid), "", into: &shown)
    }
    var all: Set<String> = []
    collectAll(.record(GridSchema.grid), "", into: &all)
    #expect(all.count > 50)
    #expect(all.subtracting(shown).sorted() == [])
  }

  @Test func everyComparisonIsNamed() throws {
    let text = try String(contentsOf: Self.grids.appending(path: "reference.yaml"), encoding: .utf8)
    #expect(text.contains("one of == != < <= > >="))
  }

  /// Axes and parameters of variants are of the same forms as those of the file.
  private func path(_ path: String, _ key: String) -> String {
    let whole = path.isEmpty ? key : "\(path).\(key)"
    for part in ["axes", "parameters"] where whole == "variants[].\(part)" { return part }
    return whole
  }

  private func collect(
    _ node: YAMLNode, _ form: Form, _ path: String, into shown: inout Set<String>
  ) {
    switch form {
    case .record(let record):
      for key in record.keys {
        guard let value = node[key.name] else { continue }
        shown.insert(self.path(path, key.name))
        collect(value, key.form, self.path(path, key.name), into: &shown)
      }
    case .list(let element, _, _):
      shown.insert(path + "[]")
      for node in node.list ?? [] { collect(node, element, path + "[]", into: &shown) }
    case .names(let names, let value):
      for entry in node.entries ?? [] {
        if names == .point, ["label", "preset"].contains(entry.key) {
          shown.insert("\(path).\(entry.key)")
        }
        collect(entry.value, value, path + ".*", into: &shown)
      }
      shown.insert(path + ".*")
    case .shape(_, let scalar, let list, let mapping):
      switch node.content {
      case .scalar: scalar.map { collect(node, $0, path, into: &shown) }
      case .list: list.map { collect(node, $0, path, into: &shown) }
      case .mapping: mapping.map { collect(node, $0, path, into: &shown) }
      }
    case .alternatives(_, let records):
      let record = records.first { record in
        (node.entries ?? []).contains { record.marks.contains($0.key) }
      }
      if let record { collect(node, .record(record), path, into: &shown) }
    case .text, .word, .choice, .value, .integer, .number, .memory, .duration: break
    }
  }

  private func collectAll(_ form: Form, _ path: String, into all: inout Set<String>) {
    switch form {
    case .record(let record):
      for key in record.keys {
        all.insert(self.path(path, key.name))
        collectAll(key.form, self.path(path, key.name), into: &all)
      }
    case .list(let element, _, _):
      all.insert(path + "[]")
      collectAll(element, path + "[]", into: &all)
    case .names(let names, let value):
      all.insert(path + ".*")
      if names == .point { all.formUnion(["\(path).label", "\(path).preset"]) }
      collectAll(value, path + ".*", into: &all)
    case .shape(_, let scalar, let list, let mapping):
      for form in [scalar, list, mapping] { form.map { collectAll($0, path, into: &all) } }
    case .alternatives(_, let records):
      for record in records { collectAll(.record(record), path, into: &all) }
    case .text, .word, .choice, .value, .integer, .number, .memory, .duration: break
    }
  }
}
