import Grid

/// All words about faults.
extension GridFault {
  struct Wording {
    let message: String
    var suggestion: String?

    init(_ message: String, _ suggestion: String? = nil) {
      self.message = message
      self.suggestion = suggestion
    }
  }

  func wording(path: [String]) -> Wording {
    switch self {
    // The text of a file.
    case .notUTF8:
      Wording("this byte is not part of UTF-8 text", "save the file as UTF-8")
    case .controlCharacter(let value):
      Wording(
        "the character \(Self.codePoint(value)) cannot stand in YAML",
        "remove it, or write it as an escape in double quotes")
    case .nulCharacter:
      Wording("\(Self.subject(path)) contains the character U+0000", "remove it")
    case .tooLong(let bytes, let limit):
      Wording(
        "the file has \(bytes) bytes, more than the \(limit) that a grid may have",
        "write long lists as ranges, or split the grid")
    case .emptyFile:
      Wording("the file says nothing", "a grid has `parameters` and `axes`")
    case .syntax(let problem, let context):
      Wording(
        "this is not YAML: \(problem)" + (context.map { " (\($0))" } ?? ""),
        Self.syntaxRemedy(problem))
    case .unsupportedTag(let tag):
      Wording("the tag “\(tag)” means nothing here", "remove it")
    case .keyIsNotAWord:
      Wording(
        "a key \(Self.under(path)) is a list or a mapping", "a key is a word; quote it if need be")
    case .duplicateKey(let key, let line):
      Wording(
        "key “\(key)” stands twice\(Self.underIfAny(path.dropLast())), first in line \(line)",
        "remove one of the two")
    case .nestedTooDeeply(let limit):
      Wording("lists and mappings are nested more than \(limit) deep", "a grid needs about six")
    case .tooManyValues(let limit):
      Wording(
        "with its aliases expanded the file has more than \(limit) values",
        "write long lists as ranges")
    case .aliasBomb(let aliases, let anchors):
      Wording(
        "\(aliases) aliases of \(anchors) anchors could expand without end",
        "write the values out, or use `include`")

    // Its structure, includes and overrides.
    case .wrongType(let expectation, let found):
      Wording(
        "\(Self.subject(path)) must be \(expectation.phrase), but is \(found.phrase)",
        expectation == .value && path.contains("parameters")
          ? "several values make an axis: write them under `axes`" : nil)
    case .noValue(let expectation):
      Wording(
        "\(Self.subject(path)) has no value", "give it \(expectation.phrase), or remove the key")
    case .outOfRange(let text, let bounds):
      Wording("\(Self.subject(path)) is \(text), but must be \(bounds.phrase)")
    case .tooFewEntries(let minimum):
      Wording(
        "\(Self.subject(path)) must have at least \(minimum) "
          + (minimum == 1 ? "entry" : "entries"))
    case .tooManyEntries(let maximum):
      Wording("\(Self.subject(path)) must have at most \(maximum) entries")
    case .parameterAtTheTop(let key):
      Wording("the parameter “\(key)” stands at the top", "write it under `parameters`")
    case .unknownKey(let key, let suggestion, let allowed):
      Wording(
        "unknown key “\(key)”\(Self.underIfAny(path.dropLast()))",
        Self.didYouMean(suggestion, allowed))
    case .unknownWord(let word, let suggestion, let allowed):
      Wording(
        "\(Self.subject(path)) is “\(Found.shortened(word))”, which means nothing there",
        suggestion.map { "did you mean “\($0)”?" }
          ?? "write one of \(allowed.joined(separator: ", "))")
    case .missingKey(let key):
      Wording("\(Self.subject(path)) lacks “\(key)”")
    case .keysExclude(let key, let other):
      Wording(
        "“\(key)” and “\(other)” do not go together\(Self.underIfAny(path.dropLast()))",
        "remove one of the two")
    case .includeUnreadable(let name, let reason):
      Wording(
        "the included file “\(name)” cannot be read: \(reason)",
        "its path is taken from the folder of this file")
    case .includeCircle(let names):
      Wording(
        "files include each other in a circle: " + names.joined(separator: " → "),
        "remove one of the includes")
    case .includeTooDeep(let limit):
      Wording("files include one another more than \(limit) deep")
    case .overrideWithoutValue:
      Wording("there is no “=”", "write key=value, such as --set temperature=0.5")
    case .overrideWithoutKey:
      Wording("there is no key before “=”", "write key=value, such as --set temperature=0.5")
    case .overrideThroughValue(let key):
      Wording(
        "“\(key)” holds a list, so nothing under it can be set",
        "set the whole list: --set '\(key)=[…]'")

    case .overrideOfNothing(let name, let suggestion, let allowed):
      Wording(
        "“\(name)” is no axis, parameter or placeholder of this grid, so the program would not "
          + "see it",
        Self.didYouMean(suggestion, allowed))

    // The program and its parameters.
    case .unknownProgram(let name):
      Wording(
        "there is no program “\(name)”",
        "write `program: builtin`, or a mapping with `command` or `shell` for one of yours")
    case .programWithoutWork:
      Wording(
        "the program says neither `command` nor `shell` nor `name: builtin`",
        "add `command: [program, argument, …]`")
    case .emptyCommand:
      Wording("\(Self.subject(path)) names no program", "put the program's name first")
    case .unknownPlaceholder(let name, let suggestion, let allowed):
      Wording(
        "the placeholder {\(name)} names no parameter of this grid",
        suggestion.map { "did you mean {\($0)}?" }
          ?? (allowed.isEmpty
            ? "add an axis or parameter of that name"
            : "the grid has \(Self.list(allowed)); for plain braces write {{\(name)}}"))
    case .prefixNotAnAxis(let name, let suggestion, let allowed):
      Wording("the prefix “\(name)” is not an axis", Self.didYouMean(suggestion, allowed))
    case .prefixNotAStep(let prefix, let value):
      Wording(
        "the prefix axis “\(prefix)” has the value \(value)",
        "its values count steps: integers from 0")
    case .growthWithoutLimit(let limit):
      Wording(
        "\(Self.subject(path)) grows a limit that is not there",
        "give `\(limit)` under resources, or remove the factor")
    case .gpusOnRecordOnly:
      Wording(
        "\(Self.subject(path)) is on record only",
        "Espalier gives out no GPUs; say with -j how many jobs may run at once")
    case .presetOfExternalProgram:
      Wording("presets belong to the built-in program", "remove the key, or use `include`")
    case .unknownPreset(let name, let suggestion, let allowed):
      Wording("there is no preset “\(name)”", Self.didYouMean(suggestion, allowed))
    case .badName(let name):
      Wording(
        "“\(name)” cannot be a name",
        "use letters, digits, _ and -, beginning with a letter")
    case .badGridName(let name):
      Wording(
        "“\(name)” cannot be the name of a grid", "leave out slashes, line breaks and leading dots")
    case .reservedName(let name):
      Wording(
        "“\(name)” has a meaning of its own and cannot name a parameter", "choose another name")
    case .columnName(let name):
      Wording(
        "“\(name)” names another column of runs.csv and cannot name an axis", "choose another name")
    case .notFinite(let text):
      Wording("\(Self.subject(path)) is \(text), but must be finite")
    case .refusedValue(let value):
      Wording(value.message, value.remedy)
    case .missingParameter(let name, let about):
      Wording(
        "the parameter “\(name)” has no value and no default"
          + (about.isEmpty ? "" : " (\(about.hasSuffix(".") ? String(about.dropLast()) : about))"),
        "give it one under `parameters`, or make it an axis")
    case .fixedAndAxis(let name):
      Wording(
        "“\(name)” has one value under `parameters` and is an axis too", "remove one of the two")

    // Axes.
    case .emptyAxis:
      Wording("\(Self.subject(path)) has no values", "give it some, or remove the axis")
    case .mixedAxis:
      Wording(
        "\(Self.subject(path)) mixes values and mappings",
        "an axis is a list of values, or a list of mappings that each set several parameters")
    case .duplicateValue(let text):
      Wording("\(Self.subject(path)) has the value \(text) twice", "remove one of the two")
    case .duplicateLabel(let text):
      Wording(
        "two points of \(Self.subject(path)) are called “\(text)”", "give them different labels")
    case .twoAxesSet(let parameter, let first, let second):
      Wording(
        first == parameter && second == parameter
          ? "two axes set “\(parameter)”"
          : "the axes “\(first)” and “\(second)” both set “\(parameter)”",
        "let one axis set it")
    case .namedLikeAParameter(let name):
      Wording(
        "the axis “\(name)” is named like a parameter, but this point does not set it",
        "rename the axis, or set the parameter in every point")
    case .pointSetsNothing:
      Wording(
        "\(Self.subject(path)) sets nothing", "name a parameter, a preset or at least a label")
    case .rangeStepIsZero:
      Wording(
        "\(Self.subject(path)) is 0, so the range never gets on", "give another step")
    case .rangeStepWrongWay(let from, let to, let by):
      Wording(
        "\(Self.subject(path)) never gets from \(from) to \(to) by \(by)",
        by.hasPrefix("-") ? "write by: \(by.dropFirst())" : "write by: -\(by)")
    case .rangeMissesItsEnd(let to, let below, let above):
      Wording(
        "\(Self.subject(path.dropLast())) never reaches \(to): its values are … \(below), \(above) …",
        "write to: \(below) or to: \(above)")
    case .rangeTooPrecise(let digits):
      Wording(
        "\(Self.subject(path)) needs more than \(digits) digits to be exact",
        "write its values as a list")
    case .tooManyPoints(let limit):
      Wording(
        "\(Self.subject(path)) has more than \(Self.grouped(limit)) values", "shorten the axis")
    case .logNotPositive(let text):
      Wording("\(Self.subject(path)) is \(text), but a logarithmic axis has only positive values")
    case .logReversed(let from, let to):
      Wording(
        "\(Self.subject(path)) goes from \(from) down to \(to)", "write the smaller one first")
    case .logTooFewDigits(let digits):
      Wording(
        "values of \(Self.subject(path.dropLast())) are alike when rounded to \(digits) significant "
          + (digits == 1 ? "digit" : "digits"),
        "give more `digits`")
    case .logOffTheSeries(let text, let below, let above):
      Wording(
        "\(Self.subject(path)) is \(text), which is not a value of the axis: its values are "
          + "… \(below), \(above) …", "write \(below) or \(above)")

    // Selections, the report, runs.
    case .unknownAxis(let name, let suggestion, let allowed):
      Wording(
        "\(Self.subject(path)) names “\(name)”, which is not an axis of this grid",
        Self.didYouMean(suggestion, allowed))
    case .unknownMetric(let name, let suggestion, let allowed):
      Wording("the program reports no metric “\(name)”", Self.didYouMean(suggestion, allowed))
    case .unknownMeasurement(let name, let suggestion, let allowed):
      Wording(
        "the program has no measurement “\(name)”",
        allowed.isEmpty
          ? "remove it: a program of yours reports what it likes"
          : Self.didYouMean(suggestion, allowed))
    case .notMeasured(let metric, let measurement):
      Wording(
        "the metric “\(metric)” belongs to a measurement that the grid does not ask for",
        "add `measure: [\(measurement)]` at the top of the grid")
    case .notAStep(let text, let axis):
      Wording(
        "\(Self.subject(path)) is \(text), which is no value of the axis “\(axis)”",
        "name one of its values")
    case .stoppingRuleWithoutBound:
      Wording(
        "\(Self.subject(path)) does not say when to stop",
        "give it share_of_start, above or gain_below")
    case .conditionUnreadable(let text):
      Wording(
        "“\(text)” is not a comparison",
        "write a name, one of == != < <= > >=, and a value, such as temperature <= 1.0")
    case .orderOfText(let name, let value):
      Wording(
        "“\(name)” and “\(value)” have no order", "compare numbers, or use == or !=")
    case .emptySelection:
      Wording(
        "\(Self.subject(path)) names nothing and would select every run",
        "name a value, or remove it")
    case .twiceInTheTable(let name):
      Wording("“\(name)” stands twice in the table", "name each axis once, in rows or in columns")
    case .twiceInTheFigure(let name):
      Wording(
        "“\(name)” has two roles in the figure", "name each axis once: x, y, series or facet")
    case .figureHasNoUse(let kind, let key):
      Wording("“\(key)” means nothing to a figure of the kind \(kind.rawValue)", "remove it")
    case .excludeMatchesNothing:
      Wording("\(Self.subject(path)) matches no run", "look at its values, or remove it")
    case .baselineMatchesNothing:
      Wording(
        "\(Self.subject(path)) matches no run of this grid",
        "name values that the axes have")
    case .nothingIsLeft:
      Wording("no run is left after `where` and `exclude`", "loosen one of them")
    case .tooManyRuns(let count, let limit):
      Wording(
        "the grid has \(count.map(Self.grouped) ?? "more than 9,000,000,000,000,000,000") runs, "
          + "more than the \(Self.grouped(limit)) that a grid may have",
        "shorten an axis, or split the grid")
    case .claimTwice, .claimLacks, .claimHasNoUse, .claimWithoutReplicates, .claimOfNothing,
      .claimLeavesOpen, .comparedWithItself, .selectedAndUsed, .valueNotOnAxis, .axisTooShort,
      .expectationUnreadable, .expectationOutOfRange:
      claimWording(path: path)
    case .tooManyPhases(let schedule, let steps, let limit):
      Wording(
        "the schedule “\(schedule)” changes its method more than \(Self.grouped(limit)) times in "
          + "\(Self.grouped(steps)) steps",
        "make its phases longer, or ask for fewer steps")
    case .sameRunTwice(let first, let second):
      Wording(
        "\(first) and \(second) give every parameter the same value and would be one run",
        "remove one of the two")
    case .sameIdentifier(let id, let first, let second):
      Wording(
        "\(first) and \(second) happen to share the run id \(id)",
        "change a value a little, or split the grid")
    }
  }

  // MARK: Parts of sentences

  private static func syntaxRemedy(_ problem: String) -> String? {
    switch problem {
    case "found character that cannot start any token":
      "indent with spaces, not tabs; quote text that begins with @, ` or %"
    case "mapping values are not allowed in this context":
      "look at the indentation; quote text that contains “: ”"
    case "did not find expected key":
      "keys of one mapping begin in one column"
    case "could not find expected ':'":
      "a key is followed by a colon and a space"
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      "close the bracket; quote text that contains brackets, commas or “: ”"
    case "found unexpected end of stream":
      "close the quote"
    case "did not find expected comment or line break":
      "quote text that begins with > or |"
    case "found undefined alias":
      "quote text that begins with *"
    case "but found another document":
      "a grid file holds one grid: remove the line “---” or “...” in its midst"
    default: nil
    }
  }

  private static func codePoint(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// `axes.temperature.from`, `exclude[0].seed`, `the grid`.
  static func subject(_ path: some Collection<String>) -> String {
    if path.isEmpty { return "the grid" }
    return path.reduce(into: "") { text, part in
      if !text.isEmpty, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !part.isEmpty {
        text += "[\(part)]"
      } else {
        text += (text.isEmpty ? "" : ".") + part
      }
    }
  }

  private static func under(_ path: some Collection<String>) -> String {
    path.isEmpty ? "at the top" : "under \(subject(path))"
  }

  private static func underIfAny(_ path: some Collection<String>) -> String {
    path.isEmpty ? "" : " under \(subject(path))"
  }

  static func didYouMean(_ suggestion: String?, _ allowed: [String]) -> String? {
    if let suggestion { return "did you mean “\(suggestion)”?" }
    return allowed.isEmpty ? nil : "there \(allowed.count == 1 ? "is" : "are") \(list(allowed))"
  }

  /// Up to thirteen names, so that a message stays a line.
  static func list(_ names: [String]) -> String {
    names.count <= 13
      ? names.joined(separator: ", ")
      : names.prefix(11).joined(separator: ", ") + " and \(names.count - 11) more"
  }

  /// 13440000 as 13,440,000.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.enumerated().reduce(into: "") { text, digit in
      if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
      text.append(digit.element)
    }
  }
}

extension GridFault.Expectation {
  var phrase: String {
    switch self {
    case .grid: "a mapping with `axes` and the like"
    case .text: "a text"
    case .value: "one value"
    case .integer: "an integer"
    case .number: "a number"
    case .memory: "an amount of memory such as 512 MiB or 4 GiB"
    case .duration: "a duration such as 90s or 1h 30m"
    case .list: "a list"
    case .mapping: "a mapping"
    case .textOrList: "a name or a list of names"
    case .axis:
      "an axis: a list, {from: …, to: …, by: …}, {count: …} or {log: […], per_decade: …}"
    case .point: "a value, or a mapping of parameters to values"
    case .program: "builtin, or a mapping with `command` or `shell`"
    case .selection: "a mapping of axes to values"
    case .selections: "a list of selections, the one with the highest metric first"
    case .include: "a path or a list of paths"
    }
  }
}

extension GridFault.Found {
  var phrase: String {
    switch self {
    case .nothing: "empty"
    case .scalar(let text): "“\(Self.shortened(text))”"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// A long or many-lined text does not belong into a message.
  static func shortened(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }
    return line.count == text.count && text.count <= 60 ? text : line.prefix(57) + "…"
  }
}

extension GridFault.Bounds {
  var phrase: String {
    switch (minimum, maximum) {
    case (let minimum?, let maximum?): "from \(minimum) to \(maximum)"
    case (let minimum?, nil): "at least \(minimum)"
    case (nil, let maximum?): "at most \(maximum)"
    case (nil, nil): "any integer"
    }
  }
}
