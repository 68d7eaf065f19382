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
  /// The number of the base whose members the template has, and the canonical JSON object of all its
  /// others.
  func text(of template: Int) -> (base: Int, own: [UInt8])
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

  func text(of template: Int) -> (base: Int, own: [UInt8]) {
    (0, Array(entries[template].parameters.canonical.text.utf8))
  }
}
