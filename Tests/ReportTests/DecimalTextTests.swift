import Glibc
import Grid
import Keys
import Testing

@testable import Report

@Suite struct DecimalTextTests {
  private func decimal(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { DecimalText.decimal($0) }
  }

  private func read(_ text: String) -> DecimalText.Reading {
    var text = text
    return text.withUTF8 { DecimalText.read($0) }
  }

  @Test func isTheNearestDouble() {
    let stream = RandomStream(seed: 4, purpose: RandomPurpose("decimal"))
    var generator = stream.generator(0)
    var texts = [
      "0", "-0", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740993e-1",
      "18446744073709551615", "18446744073709551616e-5", "1.7976931348623157e308", "1e309",
      "5e-324",
      "2.4703282292062327e-324", "0.000000000000000000000000000123456789", "00012.50", ".5", "5.",
      "123456789012345678901234567890", "1e-400", "4503599627370497.5", "0.30000000000000004",
      "8.41e21", "9223372036854775807e-27", "7.2057594037927933e16",
    ]
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { texts.append("\(value)") }
      texts.append("\(generator.unit())")
      // Around the halves between neighbours, where rounding is decided by the last digits.
      let digits = UInt64.random(in: 1...9_999_999_999_999_999_999, using: &generator)
      texts.append("\(digits)e-\(generator.below(30))")
      let halves = ((generator.next() >> 9) | 1) << UInt64(generator.below(10))
      texts.append("\(halves)e-\(generator.below(2))")
    }
    for text in texts {
      let expected = strtod(text, nil)
      #expect(decimal(text)?.bitPattern == expected.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    "", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1,5", "1 2", "--1", "1.2.3", "nan", "inf", "½",
    "1_000", "５",
  ])
  func whatIsNoDecimal(text: String) {
    #expect(decimal(text) == nil)
  }

  @Test func wordsForNothing() {
    for text in ["", "  ", "NA", "n/a", "None", "null", "-", "–"] {
      #expect(read(text) == .missing)
    }
    for text in ["NaN", "nan", "Infinity", "-inf", "1e999"] { #expect(read(text) == .notFinite) }
    for text in ["abc", "1,5", "50%", "0.5 ± 0.1"] { #expect(read(text) == .noNumber) }
    #expect(read(" 0.5\t") == .number(0.5))
  }

  @Test func valuesOfAxes() {
    func value(_ text: String) -> ParameterValue { ParameterValue(cellText: text) }
    #expect(value("1") == .integer(1) && value("1.0") == .integer(1) && value("-0") == .integer(0))
    #expect(value("1e-5") == .number(1e-5) && value("0.00001") == .number(1e-5))
    for text in [
      "007", "", "abc", "1e999", "+1", "12345678901234567890", "True", ".5", "-", "00",
      "0e1234567890", "123456780e10", "1234567800e9", "1e0000",
    ] {
      #expect(value(text) == .string(text))
    }
    #expect(value("1.5E+3") == .integer(1500) && value("2e-05") == .number(2e-5))
    #expect(value("true") == .boolean(true))
  }

  @Test func conditions() {
    #expect(
      RunCondition(text: "eval/loss<=0.5")
        == RunCondition(name: "eval/loss", comparison: .lessOrEqual, value: .number(0.5)))
    #expect(
      RunCondition(text: " my model = 'a=b' ")
        == RunCondition(name: "my model", comparison: .equal, value: .string("a=b")))
    #expect(
      RunCondition(text: "x != \"1\"")
        == RunCondition(name: "x", comparison: .notEqual, value: .string("1")))
    // Numbers as a grid file may have them.
    for (text, value) in [(".1", 0.1), ("-.5", -0.5), ("+.25", 0.25), ("+1.5", 1.5)] {
      #expect(RunCondition(text: "x <= \(text)")?.value == .number(value))
    }
    for text in ["+x", ".x", "-", "+", "."] {
      #expect(RunCondition(text: "x == \(text)")?.value == .string(text))
    }
    for text in ["", "x", "= 1", "x =", "x === 1", "x <> 1"] {
      #expect(RunCondition(text: text) == nil)
    }
  }
}
