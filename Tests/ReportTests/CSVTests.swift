import Grid
import Keys
import Testing

@testable import Report

@Suite struct CSVTests {
  private func write(_ rows: [[String]]) throws -> [UInt8] {
    let collector = Collector()
    var writer = CSVWriter(to: collector.sink)
    for row in rows { try writer.row(row) }
    try writer.finish()
    return collector.bytes
  }

  private func read(_ bytes: some Sequence<UInt8>, pieces: Int = .max) throws -> [[String]] {
    try CSVText.records(Array(bytes), pieces: pieces)
  }

  @Test(arguments: [
    (["a", "b"], "a,b\n"),
    ([""], "\"\"\n"),
    (["", ""], ",\n"),
    (["a,b", "c"], "\"a,b\",c\n"),
    (["say \"no\""], "\"say \"\"no\"\"\"\n"),
    (["two\nlines", "cr\rhere"], "\"two\nlines\",\"cr\rhere\"\n"),
    (["crlf\r\nthere"], "\"crlf\r\nthere\"\n"),
    ([" leading", "trailing\t", "in side"], "\" leading\",\"trailing\t\",in side\n"),
    (["ä½🌳", "=1+1", "'"], "ä½🌳,=1+1,'\n"),
  ])
  func writesAsTheRFCSays(row: [String], text: String) throws {
    #expect(String(decoding: try write([row]), as: UTF8.self) == text)
    #expect(try read(Array(text.utf8)) == [row])
  }

  @Test func readsBackWhatItWrote() throws {
    let alphabet = [
      "a", "ß", "🌳", ",", "\"", "\"\"", "\n", "\r", "\r\n", " ", "\t", "", "'", ";", "0.5",
      "\u{FEFF}",
      "e\u{301}",
    ]
    let stream = RandomStream(seed: 1, purpose: RandomPurpose("csv"))
    for round in 0..<2000 {
      var generator = stream.generator(round)
      let width = 1 + generator.below(4)
      var rows = (0..<generator.below(6)).map { _ in
        (0..<width).map { _ in
          (0..<generator.below(5)).map { _ in alphabet[generator.below(alphabet.count)] }.joined()
        }
      }
      // A byte order mark at the very start is not content.
      if rows.first?.first?.unicodeScalars.first == "\u{FEFF}" { rows[0][0] = "x" }
      let bytes = try write(rows)
      let expected = rows.map { $0.map { Array($0.utf8) } }
      for pieces in [1, 2, 3, 7, Int.max] {
        #expect(try read(bytes, pieces: pieces).map { $0.map { Array($0.utf8) } } == expected)
      }
    }
  }

  @Test func numbersReadBackAsTheSameValue() throws {
    let stream = RandomStream(seed: 2, purpose: RandomPurpose("csv"))
    var generator = stream.generator(0)
    var values = [0, 0.1, 1e-5, 1e21, 123_456_789, 0x1p53, .leastNonzeroMagnitude, -1.5e300]
    while values.count < 5000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { values.append(value) }
    }
    let collector = Collector()
    var writer = CSVWriter(to: collector.sink)
    for value in values {
      writer.field(value)
      try writer.endRow()
    }
    try writer.finish()
    #expect(try read(collector.bytes).map { Double($0[0]) } == values)
    #expect(collector.text.hasPrefix("0\n0.1\n1e-05\n1e+21\n123456789\n"))
  }

  @Test func whatIsMissingIsEmpty() throws {
    let collector = Collector()
    var writer = CSVWriter(to: collector.sink)
    writer.field(nil as Double?)
    writer.field(Double.nan)
    writer.field(-Double.infinity)
    writer.field(ParameterValue.boolean(true))
    try writer.endRow()
    try writer.finish()
    #expect(collector.text == ",,,true\n")
  }

  @Test func bytesComeInPieces() throws {
    let collector = Collector()
    var writer = CSVWriter(to: collector.sink)
    for row in 0..<50_000 { try writer.row([String(row), "x"]) }
    try writer.finish()
    #expect(collector.pieces > 3)
    #expect(try read(collector.bytes, pieces: 4099).count == 50_000)
  }

  @Test func aSinkThatFailsStopsTheWriting() {
    struct Full: Error {}
    var writer = CSVWriter { _ in throw Full() }
    #expect(throws: Full.self) {
      for row in 0..<50_000 { try writer.row([String(row), "x"]) }
    }
  }

  @Test(arguments: [
    ("\u{FEFF}a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
    ("a\rb\r\rc", [["a"], ["b"], [""], ["c"]]),
    ("a,\n,b\n", [["a", ""], ["", "b"]]),
    ("\"a\"\"\r\nb\",c", [["a\"\r\nb", "c"]]),
    ("\n\n", [[""], [""]]),
    ("", []),
    ("\u{FEFF}", []),
  ])
  func readsWhatOthersWrite(text: String, rows: [[String]]) throws {
    for pieces in [1, Int.max] {
      let read = try read(Array(text.utf8), pieces: pieces)
      #expect(read.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } })
    }
  }

  @Test func anIncompleteByteOrderMarkIsContent() throws {
    #expect(throws: CSVFault(line: 1, kind: .notUTF8)) { try read([0xEF, 0xBB]) }
    #expect(try read([0xEF, 0xBD, 0x9E, 0x0A]) == [["～"]])
  }

  @Test(arguments: [
    ("a,b\nc\"d,e\n", 2, CSVFault.Kind.quoteInUnquotedField),
    ("a\n\"x\ny\"z\n", 3, .textAfterQuote),
    ("a\n\nb,\"c\nd\n", 3, .unterminatedQuote),
  ])
  func faultsCarryTheirLine(text: String, line: Int, kind: CSVFault.Kind) {
    #expect(throws: CSVFault(line: line, kind: kind)) { try read(Array(text.utf8)) }
  }

  @Test func faultsAreSentences() {
    #expect(
      CSVFault(line: 3, kind: .unterminatedQuote).description
        == "line 3: a quoted field that never ends")
  }

  @Test func bytesThatAreNotUTF8AreAFault() {
    #expect(throws: CSVFault(line: 2, kind: .notUTF8)) {
      try read(Array("ä\n".utf8) + [0x41, 0xE4, 0x0A])
    }
  }
}
