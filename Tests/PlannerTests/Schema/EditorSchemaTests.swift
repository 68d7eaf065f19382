import Foundation
import Grid
import Keys
import Testing

@testable import Planner

@Suite struct EditorSchemaTests {
  private static let validator = SchemaValidator(
    root: EditorSchema.document(for: Laboratory.description))

  private func tree(of text: String) -> YAMLNode? {
    var diagnostics = DiagnosticList()
    let tree = YAMLReader.read(text, source: .file("g.yaml"), into: &diagnostics)
    return diagnostics.hasFaults ? nil : tree
  }

  /// Whatever the forms alone can find, the schema finds too.
  @Test(arguments: BrokenGrid.all)
  func structuralFaultsAreRefused(grid: BrokenGrid) throws {
    guard grid.overrides.isEmpty, let tree = tree(of: grid.text) else { return }
    var diagnostics = DiagnosticList()
    StructureCheck.check(
      tree, is: GridSchema.grid, program: Laboratory.description, into: &diagnostics)
    let faults = diagnostics.sorted.map(\.fault).filter { fault in
      switch fault {
      // A schema does not look into texts.
      case .nulCharacter: false
      // An editor takes an unquoted `.inf` for a word.
      case .notFinite: false
      default: true
      }
    }
    if faults.isEmpty { return }
    let isAccepted = Self.validator.accepts(tree.json)
    #expect(!isAccepted, "\(faults)")
  }

  /// Faults of names and values that a schema can hold.
  @Test(arguments: [
    "parameters: {model: tiny, temprature: 1}", "parameters: {model: huge}",
    "parameters: {model: tiny, seed: -1}", "parameters: {model: tiny, seed: 0.5}",
    "parameters: {model: tiny, loss_temperature: tide}", "parameters: {model: tiny, mask_first: 1}",
    "preset: cold", "axes: {temperature: [1, 20]}", "axes: {method: {count: 2}}",
    "axes: {setting: [{label: a, methud: em}]}", "axes: {run: [{method: em}]}",
    "axes: {seed: {count: 2, by: 1}}", "report: {metric: acuracy}",
    "program: {command: [a]}\naxes: {2x: [1]}", "program: {command: [a]}\naxes: {state: [1]}",
    "program: {command: [a], resources: {memory: 4 Gigs}}",
    "program: {command: [a], resources: {growth: {memory: 0.5}}}",
    "variants: [{axes: {temperature: [hot]}}]",
  ])
  func namesAndValuesAreRefused(text: String) throws {
    let isAccepted = Self.validator.accepts(try #require(tree(of: text)).json)
    #expect(!isAccepted)
  }

  /// What the planner takes, the schema takes: on every grid of the tests and on what mutations make
  /// of them.
  @Test func whatThePlannerTakesIsTaken() {
    var taken = 0
    for index in 0..<1_000 {
      var mutator = Mutator(index: index)
      guard let text = String(validating: mutator.grid().bytes, as: UTF8.self) else { continue }
      guard let tree = tree(of: text) else { continue }
      let reader = GridReader(builtin: Laboratory.description) { path throws(UnreadableFile) in
        "axes: {seed: {count: 2}}\n"
      }
      guard (try? reader.read(GridSource(file: "g.yaml", text: text))) != nil else { continue }
      taken += 1
      let isAccepted = Self.validator.accepts(tree.json)
      #expect(isAccepted, "case \(index):\n\(text)")
    }
    #expect(taken > 20)
  }

  @Test func parametersAreDescribed() throws {
    guard case .object(let members) = Self.validator.root,
      case .object(let definitions)? = members["definitions"],
      case .object(let seed)? = definitions["parameter.seed"]
    else {
      Issue.record("no definitions")
      return
    }
    #expect(
      CanonicalJSON.object(seed).text
        == #"{"default":0,"description":"Decides sampling and data order.","minimum":0,"type":"integer"}"#
    )
  }
}
