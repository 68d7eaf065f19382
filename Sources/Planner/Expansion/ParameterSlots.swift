import Grid
import Keys

/// A program's parameters in the order of canonical JSON, numbered, so that a run is an array of
/// values and its JSON a row of fragments.
struct ParameterSlots {
  let names: [String]
  let parameters: [ParameterDescription]
  private let indices: [String: Int]
  /// For a parameter that may stand for another one: the word for that, and the other's slot.
  private let ties: [(word: String, target: Int)?]

  init(_ program: ProgramDescription) {
    let parameters = program.parameters.sorted {
      $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var indices: [String: Int] = [:]
    for (slot, parameter) in parameters.enumerated() { indices[parameter.name] = slot }
    self.parameters = parameters
    self.indices = indices
    names = parameters.map(\.name)
    ties = parameters.map { parameter in
      guard case .numberOrTied(_, _, let word, let other) = parameter.type,
        let target = indices[other]
      else { return nil }
      return (word, target)
    }
  }

  var count: Int { names.count }

  func index(of name: String) -> Int? { indices[name] }

  /// The value that a run works with: a tied one is that of the other parameter.
  func effective(_ slot: Int, in values: [ParameterValue?]) -> ParameterValue? {
    let value = values[slot]
    if let tie = ties[slot], value?.string == tie.word { return values[tie.target] }
    return value
  }

  /// Whether the effective value of the slot is that of another one.
  func isTied(_ slot: Int, in values: [ParameterValue?]) -> Bool {
    ties[slot].map { values[slot]?.string == $0.word } ?? false
  }

  /// Whether a condition holds for the effective values.
  func holds(_ condition: ParameterCondition?, in values: [ParameterValue?]) -> Bool {
    guard let condition else { return true }
    return condition.holds { name in indices[name].flatMap { effective($0, in: values) } }
  }

  /// Every slot that the effective values of these parameters depend on.
  func slots(behind names: [String]) -> Set<Int> {
    var slots: Set<Int> = []
    for slot in names.compactMap({ indices[$0] }) {
      slots.insert(slot)
      if let tie = ties[slot] { slots.insert(tie.target) }
    }
    return slots
  }

  /// `"name":value`, a member of a JSON object; nothing for a parameter without a value.
  func fragment(_ slot: Int, _ value: ParameterValue?) -> [UInt8] {
    guard let value else { return [] }
    return Self.fragment(names[slot], value)
  }

  static func fragment(_ name: String, _ value: ParameterValue) -> [UInt8] {
    Array((CanonicalJSON.text(of: name) + ":" + value.canonical.text).utf8)
  }
}
