/// Looks through a text before the parser does, for what the parser would not survive or would
/// report without a place.
enum YAMLGuard {
  struct Objection {
    let fault: GridFault
    let line: Int
    let column: Int
  }

  /// Why the text should not be parsed, if so.
  ///
  /// - Complexity: O(length of the text).
  static func objection(to text: String) -> Objection? {
    if text.utf8.count > YAMLReader.sizeLimit {
      return Objection(
        fault: .tooLong(bytes: text.utf8.count, limit: YAMLReader.sizeLimit), line: 1, column: 1)
    }
    var counter = LineCounter()
    var aliases = 0
    var anchors = 0
    var firstAlias: (line: Int, column: Int)?
    var previous: Unicode.Scalar = "\n"
    var sigil: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if !isPrintable(scalar) {
        return Objection(
          fault: .controlCharacter(scalar.value), line: counter.line, column: counter.column)
      }
      // `*name` or `&name` after a blank or a bracket may be an alias or an anchor; in a shell
      // script or a text it is none, and to count it does no harm.
      if let mark = sigil, isWord(scalar) {
        if mark == "*" {
          aliases += 1
          if firstAlias == nil { firstAlias = (counter.line, counter.column - 1) }
        } else {
          anchors += 1
        }
      }
      sigil =
        (scalar == "*" || scalar == "&") && " \t\n\r[{,:".unicodeScalars.contains(previous)
        ? scalar : nil
      previous = scalar
      counter.advance(over: scalar)
    }
    if expansion(aliases: aliases, anchors: anchors) * Double(text.utf8.count) > expansionLimit,
      let firstAlias
    {
      return Objection(
        fault: .aliasBomb(aliases: aliases, anchors: anchors), line: firstAlias.line,
        column: firstAlias.column)
    }
    return nil
  }

  /// Bytes that a text may have after its aliases are expanded. The parser compares the keys of
  /// mappings in full, so this bounds its time.
  private static let expansionLimit = 2e8

  /// By what factor aliases can multiply a text at most: `a` aliases spread evenly over `n` anchors
  /// that refer to one another give (a / n)^n, which is largest for n = a / e.
  private static func expansion(aliases: Int, anchors: Int) -> Double {
    guard aliases > 0, anchors > 0 else { return 1 }
    let levels = max(1, min(anchors, Int(Double(aliases) / 2.718)))
    var factor = 1.0
    for _ in 0..<min(levels, 400) { factor *= Double(aliases) / Double(levels) }
    return factor
  }

  /// Where a line and column, both from 1, are in the scalars; `nil` beyond the end.
  static func index(ofLine line: Int, column: Int, in scalars: [Unicode.Scalar]) -> Int? {
    var counter = LineCounter()
    for (index, scalar) in scalars.enumerated() {
      if counter.line == line, counter.column == column { return index }
      counter.advance(over: scalar)
    }
    return nil
  }

  /// YAML's printable characters (YAML 1.1, production c-printable).
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
      true
    default: false
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
    default: false
    }
  }
}

/// Counts lines and columns as the parser does: in Unicode scalars, with YAML's five line breaks.
struct LineCounter {
  private(set) var line = 1
  private(set) var column = 1
  private var followsReturn = false

  mutating func advance(over scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x0A where followsReturn:
      followsReturn = false
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029:
      line += 1
      column = 1
      followsReturn = scalar.value == 0x0D
    default:
      column += 1
      followsReturn = false
    }
  }
}
