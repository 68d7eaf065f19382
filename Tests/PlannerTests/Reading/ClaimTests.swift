import Grid
import Testing

@testable import Planner

@Suite struct ClaimTests {
  private func claims(_ claims: String, axes: String = "") throws -> [Claim] {
    let read = try Laboratory.read(
      """
      parameters: {model: tiny, method: em}
      axes:
        setting: [{label: soft, temperature: 1}, {label: sharp, temperature: 0.3}]
        model_seed: {count: 2}
        seed: {count: 4}
        step: [0, 5, 10]
      claims:

      """ + claims.split(separator: "\n").map { "  \($0)\n" }.joined())
    _ = try PlanBuilder.plan(read)
    return read.specification.claims
  }

  @Test func everyPartIsRead() throws {
    let claims = try claims(
      """
      - id: em-helps
        says: Ten steps raise accuracy
        test: paired-difference
        metric: accuracy
        of: {setting: soft, step: 10, method: em}
        against: {step: 0}
        across: [model_seed, seed]
        expect: ">  0.01"
      - {id: same, test: equivalence, metric: accuracy, of: {setting: soft, step: 5}, against: {setting: sharp}, across: [seed, model_seed], margin: 2.0e-2}
      - {id: rise, test: trend, metric: accuracy, of: {setting: soft, model_seed: 1}, over: step, expect: decreasing}
      - {id: hump, test: interior-peak, metric: accuracy, of: {setting: soft, model_seed: 1.0}, over: step}
      - {id: both, test: correlation, metric: accuracy, with: entropy, of: {setting: soft, model_seed: 1, step: 5}, expect: "< -0.5"}
      - {id: ranks, test: order, metric: accuracy, of: [{step: 10, setting: soft, model_seed: 0}, {step: 5}, {step: 0}]}
      """)
    #expect(
      claims[0]
        == Claim(
          id: "em-helps", says: "Ten steps raise accuracy", test: .pairedDifference,
          metric: "accuracy", of: [["setting": .string("soft"), "step": .integer(10)]],
          against: ["step": .integer(0)], across: ["model_seed", "seed"], expectation: .above(0.01))
    )
    #expect(claims[1].expectation == .within(center: 0, margin: 0.02))
    #expect(claims[2].expectation == .below(0) && claims[2].over == "step")
    #expect(claims[2].across == ["seed"])
    #expect(claims[3].expectation == .above(0) && claims[3].of[0]["model_seed"] == .integer(1))
    #expect(claims[4].partner == "entropy" && claims[4].expectation == .below(-0.5))
    #expect(claims[5].of.count == 3 && claims[5].against == nil)
  }

  @Test(arguments: [
    ("> 0", Claim.Test.pairedDifference, Claim.Expectation.above(0)),
    ("<0.5", .correlation, .below(0.5)),
    ("= 0 within 0.02", .trend, .within(center: 0, margin: 0.02)),
    ("increasing", .trend, .above(0)), ("> -1e-3", .medianDifference, .above(-0.001)),
  ])
  func expectationsAreRead(text: String, test: Claim.Test, expectation: Claim.Expectation) {
    #expect(ClaimExpectation.read(text, for: test) == expectation)
    #expect(ClaimExpectation.read(expectation.description, for: test) == expectation)
  }

  @Test(arguments: [
    "", ">", "> x", "0", "> 0 0", "= 0", "= 0 within", "within 1", ">= 0", "> 1e999", "increasing",
  ])
  func othersAreNot(text: String) {
    #expect(ClaimExpectation.read(text, for: .pairedDifference) == nil)
  }

  /// The report and the replanning of a recorded grid work on the specification alone.
  @Test func claimsAreCheckedWithoutAFile() throws {
    let read = try Laboratory.read(
      """
      parameters: {model: tiny}
      axes: {temperature: [0.3, 0.5], seed: {count: 2}}
      claims:
        - {id: a, test: max-over-mean, metric: accuracy, of: {temperature: 0.5}, expect: "> 0.1"}
      """)
    var specification = read.specification
    specification.claims[0].of = [[:]]
    let error = #expect(throws: GridFaults.self) {
      try PlanBuilder.plan(ReadGrid(specification: specification, program: read.program))
    }
    #expect(error?.description.contains("claims[0] leaves “temperature” open") == true)
  }
}
