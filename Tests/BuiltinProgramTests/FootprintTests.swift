import Grid
import Testing

@testable import BuiltinProgram

@Suite struct FootprintTests {
  private func parameters(_ changes: ParameterAssignment = [:]) -> ParameterAssignment {
    let defaults = BuiltinProgram.description.parameters.compactMap { parameter in
      parameter.defaultValue.map { (parameter.name, $0) }
    }
    return ParameterAssignment(uniqueKeysWithValues: defaults).merging(changes) { $1 }
  }

  private func memory(_ kind: StageKind, _ changes: ParameterAssignment = [:]) throws -> Int {
    let footprint = try #require(BuiltinProgram.description.footprint)
    return try #require(footprint.memory(kind.rawValue, parameters(changes)))
  }

  @Test(arguments: StageKind.allCases)
  func everyKindNeedsMoreForALargerModel(_ kind: StageKind) throws {
    let small = try memory(kind, ["model": .string("small")])
    let medium = try memory(kind, ["model": .string("medium")])
    #expect(small < medium)
    // The study's models are tiny: what they need is far from what a laptop has.
    #expect(medium < 2 << 30)
  }

  @Test func batchesCount() throws {
    #expect(try memory(.em, ["batch": .integer(64)]) < memory(.em, ["batch": .integer(128)]))
    #expect(
      try memory(.em, ["maximum_tokens": .integer(64)])
        < memory(.em, ["maximum_tokens": .integer(128)]))
    #expect(
      try memory(.grpo, ["group_size": .integer(16)])
        < memory(.grpo, ["group_size": .integer(32)]))
    #expect(
      try memory(.evaluate, ["evaluation_tokens": .integer(64)])
        < memory(.evaluate, ["evaluation_tokens": .integer(512)]))
  }

  @Test func referencesAndBatchesOfSolutionsCount() throws {
    let plain = try memory(.em)
    #expect(try memory(.em, ["em_kl_weight": .number(0.1)]) > plain)
    // The weights before an update beside it.
    #expect(
      try memory(.em, ["adaptation": .string("kl_budget")])
        > memory(.em, ["em_kl_weight": .number(0.1)]))
    #expect(try memory(.em, ["adaptation": .string("entropy_rate")]) == plain)
    #expect(
      try memory(.sft, ["sft_batch": .integer(64)]) < memory(.sft, ["sft_batch": .integer(512)]))
  }

  @Test func aTrajectorysStateHasMomentsBesideItsWeights() throws {
    let footprint = try #require(BuiltinProgram.description.footprint)
    let base = try #require(footprint.disk(StageKind.prepare.rawValue, parameters()))
    let state = try #require(footprint.disk(StageKind.em.rawValue, parameters()))
    #expect(base == BuiltinModel.small.configuration.parameterCount * 4)
    #expect(state == 3 * base)
  }

  @Test func ofOtherKindsNothingIsKnown() throws {
    let footprint = try #require(BuiltinProgram.description.footprint)
    #expect(footprint.memory("other", parameters()) == nil)
    #expect(footprint.disk("other", parameters()) == nil)
  }
}
