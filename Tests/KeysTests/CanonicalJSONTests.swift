import Keys
import Testing

@Suite struct CanonicalJSONTests {
  @Test func keysAreSortedByTheirBytes() {
    let value = CanonicalJSON.object([
      "b": .integer(1), "a": .array([.null, .boolean(true), .boolean(false)]), "B": .integer(-2),
      "é": .integer(3), "a_": .object([:]), "ab": .array([]),
    ])
    #expect(
      value.text == "{\"B\":-2,\"a\":[null,true,false],\"a_\":{},\"ab\":[],\"b\":1,\"é\":3}")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-3.0, "-3"), (0.1, "0.1"),
    (0.30000000000000004, "0.30000000000000004"),
    (1e-7, "1e-07"), (Double.leastNonzeroMagnitude, "5e-324"), (1e15, "1000000000000000"),
    (1e22, "1e+22"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (9_007_199_254_740_991, "9007199254740991"),
    (9_007_199_254_740_992, "9007199254740992.0"), (123.5, "123.5"),
  ])
  func numbersHaveOneText(number: Double, text: String) {
    #expect(CanonicalJSON.number(number).text == text)
    #expect(Double(text) == number)
  }

  @Test func integralNumbersAreIntegers() {
    #expect(CanonicalJSON.number(3).text == CanonicalJSON.integer(3).text)
    #expect(CanonicalJSON.number(3).digest == CanonicalJSON.integer(3).digest)
  }

  @Test(arguments: [
    0, 7, 9, 10, 11, 99, 100, 1_000_000_007, -1, -9, -10, -100, .max, .max - 1, .min, .min + 1,
  ])
  func integersAreWrittenAsTheyAre(number: Int) {
    var text = Array("x".utf8)
    CanonicalJSON.write(number, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == "x\(number)")
  }

  @Test func everyNumberReadsBack() {
    var generator = RandomStream(seed: 7, purpose: RandomPurpose("numbers")).generator(0)
    for _ in 0..<10_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      #expect(Double(CanonicalJSON.text(of: number)) == number)
    }
  }

  @Test func stringsAreEscaped() {
    #expect(
      CanonicalJSON.string("\"\\/\n\r\t\u{1}\u{1f}ü🌱").text
        == "\"\\\"\\\\/\\n\\r\\t\\u0001\\u001fü🌱\"")
  }

  /// Against a twin that goes through scalars and knows nothing of bytes.
  @Test func everyScalarIsEscapedAsItsTwin() {
    func escaped(_ scalar: Unicode.Scalar) -> String {
      let short: [Unicode.Scalar: String] = [
        "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
      ]
      if let known = short[scalar] { return known }
      guard scalar.value < 0x20 else { return String(scalar) }
      let digits = Array("0123456789abcdef")
      return "\\u00\(digits[Int(scalar.value) / 16])\(digits[Int(scalar.value) % 16])"
    }
    let scalars =
      (0...0x17F).compactMap(Unicode.Scalar.init as (UInt32) -> Unicode.Scalar?)
      + ["\u{2028}", "\u{2029}", "\u{FFFF}", "\u{10FFFF}"]
    for scalar in scalars {
      for text in [String(scalar), "a\(scalar)b", "\(scalar)\(scalar)", "\r\n\(scalar)"] {
        let expected = "\"" + text.unicodeScalars.map(escaped).joined() + "\""
        #expect(Array(CanonicalJSON.text(of: text).utf8) == Array(expected.utf8))
      }
    }
  }
}
