import Grid

/// Everything that can be wrong with a grid, as data. All wording is in `GridFault+Wording.swift`.
package enum GridFault: Hashable, Sendable {
  // The text of a file.
  case notUTF8
  case controlCharacter(UInt32)
  case nulCharacter
  case tooLong(bytes: Int, limit: Int)
  case emptyFile
  /// The parser's own words, and what it was doing.
  case syntax(problem: String, context: String?)
  case unsupportedTag(String)
  case keyIsNotAWord
  case duplicateKey(String, firstLine: Int)
  case nestedTooDeeply(limit: Int)
  case tooManyValues(limit: Int)
  case aliasBomb(aliases: Int, anchors: Int)

  // The structure of the file.
  case wrongType(Expectation, found: Found)
  case noValue(Expectation)
  case outOfRange(String, Bounds)
  case tooFewEntries(minimum: Int)
  case tooManyEntries(maximum: Int)
  /// A parameter that stands beside `parameters` instead of under it.
  case parameterAtTheTop(String)
  case unknownKey(String, suggestion: String?, allowed: [String])
  case unknownWord(String, suggestion: String?, allowed: [String])
  case missingKey(String)
  case keysExclude(String, String)

  // Included files and overrides.
  case includeUnreadable(String, reason: String)
  case includeCircle([String])
  case includeTooDeep(limit: Int)
  case overrideWithoutValue
  case overrideWithoutKey
  case overrideThroughValue(String)
  case overrideOfNothing(String, suggestion: String?, allowed: [String])

  // The program.
  case unknownProgram(String)
  case programWithoutWork
  case emptyCommand
  case unknownPlaceholder(String, suggestion: String?, allowed: [String])
  case prefixNotAnAxis(String, suggestion: String?, allowed: [String])
  case prefixNotAStep(prefix: String, value: String)
  case growthWithoutLimit(String)
  /// A warning.
  case gpusOnRecordOnly
  case presetOfExternalProgram
  case unknownPreset(String, suggestion: String?, allowed: [String])

  // Parameters.
  case badName(String)
  case badGridName(String)
  case reservedName(String)
  case columnName(String)
  case notFinite(String)
  case refusedValue(RefusedValue)
  case missingParameter(String, about: String)
  case fixedAndAxis(String)

  // Axes.
  case emptyAxis
  case mixedAxis
  case duplicateValue(String)
  case duplicateLabel(String)
  case twoAxesSet(String, first: String, second: String)
  case namedLikeAParameter(String)
  case pointSetsNothing
  case rangeStepIsZero
  case rangeStepWrongWay(from: String, to: String, by: String)
  /// The values of the range on both sides of its end.
  case rangeMissesItsEnd(to: String, below: String, above: String)
  case rangeTooPrecise(digits: Int)
  case tooManyPoints(limit: Int)
  case logNotPositive(String)
  case logReversed(from: String, to: String)
  case logTooFewDigits(Int)
  case logOffTheSeries(String, below: String, above: String)

  // What is selected and reported.
  case unknownAxis(String, suggestion: String?, allowed: [String])
  case unknownMetric(String, suggestion: String?, allowed: [String])
  case unknownMeasurement(String, suggestion: String?, allowed: [String])
  case notMeasured(metric: String, by: String)
  case notAStep(String, axis: String)
  case stoppingRuleWithoutBound
  case conditionUnreadable(String)
  case orderOfText(name: String, value: String)
  case emptySelection
  case twiceInTheTable(String)
  case twiceInTheFigure(String)
  case figureHasNoUse(FigureSpecification.Kind, String)
  case excludeMatchesNothing
  case baselineMatchesNothing
  case nothingIsLeft
  case tooManyRuns(count: Int?, limit: Int)
  case tooManyPhases(schedule: String, steps: Int, limit: Int)

  // Claims.
  case claimTwice(String, firstLine: Int)
  case claimLacks(Claim.Test, String)
  case claimHasNoUse(Claim.Test, String)
  case claimWithoutReplicates
  case claimOfNothing
  /// An axis on which the runs differ though nothing says what to do with it.
  case claimLeavesOpen(String, values: [String])
  case comparedWithItself
  case selectedAndUsed(String, as: String)
  case valueNotOnAxis(String, axis: String, suggestion: String?, allowed: [String])
  case axisTooShort(String, values: Int, minimum: Int)
  case expectationUnreadable(String, Claim.Test)
  case expectationOutOfRange(String, Claim.Test)

  // Runs.
  case sameRunTwice(first: String, second: String)
  case sameIdentifier(RunID, first: String, second: String)

  /// What should have stood there.
  package enum Expectation: Hashable, Sendable {
    case grid
    case text
    case value
    case integer
    case number
    case memory
    case duration
    case list
    case mapping
    case textOrList
    case axis
    case point
    case program
    case selection
    case selections
    case include
  }

  /// What stood there.
  package enum Found: Hashable, Sendable {
    case nothing
    case scalar(String)
    case list
    case mapping
  }

  /// Bounds that are part of what may stand there.
  package struct Bounds: Hashable, Sendable {
    package let minimum: Int?
    package let maximum: Int?
  }

  /// A value that a parameter does not take.
  package struct RefusedValue: Hashable, Sendable {
    package let parameter: String
    package let type: ParameterType
    package let refusal: ParameterType.Refusal
    /// As it is written.
    package let text: String
    package let isQuoted: Bool
  }
}
