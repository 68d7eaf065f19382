import Grid
import Testing

@Suite struct ParameterTypeTests {
  typealias Refusal = ParameterType.Refusal

  private func accept(_ type: ParameterType, _ value: ParameterValue) -> ParameterValue? {
    try? type.accept(value).get()
  }

  private func refusal(_ type: ParameterType, _ value: ParameterValue) -> Refusal? {
    if case .failure(let refusal) = type.accept(value) { refusal } else { nil }
  }

  @Test func numbersAreWrittenAlike() {
    let number = ParameterType.number(minimum: nil, maximum: nil)
    #expect(accept(number, .integer(1)) == .number(1))
    #expect(accept(number, .number(0.5)) == .number(0.5))
    #expect(refusal(number, .string("1")) == .wrongKind)
    #expect(refusal(number, .boolean(true)) == .wrongKind)
    #expect(refusal(number, .number(.infinity)) == .outOfRange)
    #expect(refusal(number, .number(.nan)) == .outOfRange)
  }

  @Test func integersMayBeWrittenWithAPoint() {
    let integer = ParameterType.integer(minimum: 0, maximum: 9)
    #expect(accept(integer, .number(3)) == .integer(3))
    #expect(refusal(integer, .number(3.5)) == .notIntegral)
    #expect(refusal(integer, .number(1e300)) == .notIntegral)
    #expect(refusal(integer, .integer(-1)) == .outOfRange)
    #expect(refusal(integer, .integer(10)) == .outOfRange)
    #expect(accept(integer, .integer(9)) == .integer(9))
  }

  @Test func boundsAreIncluded() {
    let share = ParameterType.number(minimum: 0, maximum: 1)
    #expect(accept(share, .integer(0)) == .number(0))
    #expect(accept(share, .integer(1)) == .number(1))
    #expect(refusal(share, .number(1.0000001)) == .outOfRange)
  }

  @Test func tiedChoiceTextAny() {
    let tied = ParameterType.numberOrTied(minimum: 0, maximum: nil, word: "tied", to: "t")
    #expect(accept(tied, .string("tied")) == .string("tied"))
    #expect(accept(tied, .integer(2)) == .number(2))
    #expect(refusal(tied, .string("tide")) == .wrongKind)
    let choice = ParameterType.choice(["a", "b"])
    #expect(accept(choice, .string("b")) == .string("b"))
    #expect(refusal(choice, .string("c")) == .notAChoice)
    #expect(refusal(choice, .integer(1)) == .wrongKind)
    #expect(refusal(.boolean, .integer(1)) == .wrongKind)
    #expect(accept(.boolean, .boolean(true)) == .boolean(true))
    #expect(refusal(.string, .integer(1)) == .wrongKind)
    #expect(accept(.any, .integer(1)) == .integer(1))
  }

  @Test func sameness() {
    #expect(ParameterValue.integer(1).isSame(as: .number(1)))
    #expect(!ParameterValue.integer(1).isSame(as: .string("1")))
    #expect(!ParameterValue.boolean(true).isSame(as: .integer(1)))
    #expect(!ParameterValue.integer(1 << 60).isSame(as: .integer(1 << 60 + 1)))
  }
}

@Suite struct ConditionTests {
  @Test func programConditions() {
    let isEM = ParameterCondition.isOne(of: [.string("em"), .integer(2)], parameter: "method")
    #expect(isEM.holds(for: ["method": .string("em")]))
    #expect(isEM.holds(for: ["method": .number(2)]))
    #expect(!isEM.holds(for: ["method": .string("none")]))
    #expect(!isEM.holds(for: [:]))
    let isHot = ParameterCondition.isAbove(0, parameter: "t")
    #expect(isHot.holds(for: ["t": .integer(1)]))
    #expect(!isHot.holds(for: ["t": .number(0)]))
    #expect(!isHot.holds(for: ["t": .string("hot")]))
    let both = ParameterCondition.all([isEM, isHot])
    #expect(both.holds(for: ["method": .string("em"), "t": .number(0.5)]))
    #expect(!both.holds(for: ["method": .string("em")]))
    #expect(both.names == ["method", "t"])
    let either = ParameterCondition.any([isEM, isHot])
    #expect(either.holds(for: ["method": .string("em")]))
    #expect(either.holds(for: ["method": .string("none"), "t": .number(0.5)]))
    #expect(!either.holds(for: ["method": .string("none"), "t": .number(0)]))
    #expect(!ParameterCondition.any([]).holds(for: [:]))
    #expect(either.names == ["method", "t"])
  }

  @Test(arguments: [
    (RunCondition.Comparison.equal, [false, true, false]), (.notEqual, [true, false, true]),
    (.less, [true, false, false]), (.lessOrEqual, [true, true, false]),
    (.greater, [false, false, true]), (.greaterOrEqual, [false, true, true]),
  ])
  func runConditions(comparison: RunCondition.Comparison, holds: [Bool]) {
    let condition = RunCondition(name: "x", comparison: comparison, value: .number(2))
    #expect([1, 2, 3].map { condition.holds(for: .integer($0)) } == holds)
    #expect([1.0, 2.0, 3.0].map { condition.holds(for: .number($0)) } == holds)
    #expect(condition.description == "x \(comparison.rawValue) 2")
  }

  @Test func textHasNoOrder() {
    let condition = RunCondition(name: "x", comparison: .less, value: .string("b"))
    #expect(!condition.holds(for: .string("a")))
    #expect(
      RunCondition(name: "x", comparison: .equal, value: .string("a")).holds(for: .string("a")))
  }
}
