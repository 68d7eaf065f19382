/// The parameters that stages are made of, numbered: each number stands for one kind and one set of
/// parameters, which many stages may share. A plan of a million runs has up to a million of them, so
/// they are made when they are asked for.
package protocol StageTemplates: Sendable {
  /// Kinds with their versions, numbered.
  var sorts: [StageSort] { get }
  /// What templates have in common: canonical JSON objects, numbered.
  var bases: [String] { get }
  /// The sort of a template.
  func sort(of template: Int) -> Int
  /// The parameters that decide the result, defaults included and ties resolved.
  func parameters(of template: Int) -> ParameterAssignment
  /// Hands over the parameters in no particular order, without a dictionary.
  func forEachParameter(of template: Int, _ body: (String, ParameterValue) -> Void)
  /// Writes the canonical JSON object of the members that are not those of the template's base.
  ///
  /// - Returns: the number of the base.
  func writeText(of template: Int, to text: inout JSONObjectText) -> Int

  /// The family of a template: templates of one differ in few parameters. `nil` for one of its own.
  func family(of template: Int) -> Int?
  /// The names of the parameters in which templates of a family may differ.
  func varying(inFamily family: Int) -> [String]
  /// Hands over those of a template's parameters, each with its place among the names.
  func forEachVarying(of template: Int, _ body: (Int, ParameterValue) -> Void)
}

extension StageTemplates {
  package func family(of template: Int) -> Int? { nil }
  package func varying(inFamily family: Int) -> [String] { [] }
  package func forEachVarying(of template: Int, _ body: (Int, ParameterValue) -> Void) {}
}

/// A kind of stages in one version.
package struct StageSort: Hashable, Sendable {
  package let kind: String
  package let version: Int

  package init(kind: String, version: Int) {
    self.kind = kind
    self.version = version
  }
}

/// Templates that are there as they are, one for each stage of a list.
struct ListedTemplates: StageTemplates {
  private(set) var sorts: [StageSort] = []
  let bases = ["{}"]
  private var entries: [(sort: Int, parameters: ParameterAssignment)] = []
  private var numbers: [StageSort: Int] = [:]

  mutating func append(_ stage: Stage) {
    let sort = StageSort(kind: stage.kind, version: stage.version)
    let number = numbers[sort] ?? sorts.count
    if number == sorts.count {
      numbers[sort] = number
      sorts.append(sort)
    }
    entries.append((number, stage.parameters))
  }

  func sort(of template: Int) -> Int { entries[template].sort }

  func parameters(of template: Int) -> ParameterAssignment { entries[template].parameters }

  func forEachParameter(of template: Int, _ body: (String, ParameterValue) -> Void) {
    for (name, value) in entries[template].parameters { body(name, value) }
  }

  func writeText(of template: Int, to text: inout JSONObjectText) -> Int {
    text.set(entries[template].parameters.canonical.text)
    return 0
  }
}
