import Grid
import Testing

@testable import Planner

@Suite struct YAMLLiteralTests {
  @Test(arguments: [
    ("", YAMLLiteral.null), ("~", .null), ("null", .null), ("true", .value(.boolean(true))),
    ("False", .value(.boolean(false))), ("3", .value(.integer(3))), ("-0", .value(.integer(0))),
    ("3.0", .value(.number(3))), ("1e3", .value(.number(1000))), (".5", .value(.number(0.5))),
    ("99999999999999999999", .value(.number(1e20))), (".inf", .notFinite), ("-.Inf", .notFinite),
    (".nan", .notFinite), ("1e999", .notFinite), ("no", .value(.string("no"))),
    ("007", .value(.string("007"))), ("0x1F", .value(.string("0x1F"))),
    ("1_000", .value(.string("1_000"))), ("inf", .value(.string("inf"))),
    ("2024-01-01", .value(.string("2024-01-01"))),
  ])
  func plainScalars(text: String, literal: YAMLLiteral) {
    #expect(YAMLLiteral(YAMLScalar(text: text, isPlain: true)) == literal)
  }

  @Test func quotedScalarsAreTexts() {
    for text in ["3", "true", "", "~"] {
      #expect(YAMLLiteral(YAMLScalar(text: text, isPlain: false)) == .value(.string(text)))
    }
  }
}

@Suite struct QuantityTests {
  @Test(arguments: [
    ("4 GiB", 4 << 30), ("512MiB", 512 << 20), ("1.5 GB", 1_500_000_000), ("1024", 1024),
    ("1 B", 1), ("2 TiB", 2 << 40), ("3 kB", 3000),
  ])
  func bytes(text: String, bytes: Int) {
    #expect(Quantity.bytes(text) == bytes)
  }

  @Test(arguments: ["", "4 Gigs", "GiB", "-1 GiB", "0", "4 4 GiB", "1e9", "99999999 TiB", "4G"])
  func otherAmounts(text: String) {
    #expect(Quantity.bytes(text) == nil)
  }

  @Test(arguments: [
    ("90s", 90.0), ("1h 30m", 5400), ("1.5h", 5400), ("2d", 172_800), ("45", 45), ("10 min", 600),
    ("0.5s", 0.5), ("1d 2h 3m 4s", 93_784),
  ])
  func seconds(text: String, seconds: Double) {
    #expect(Quantity.seconds(text) == seconds)
  }

  @Test(arguments: ["", "soon", "1x", "30m 1h", "1h 1h", "-5s", "0", "1h 30", "1e3s"])
  func otherDurations(text: String) {
    #expect(Quantity.seconds(text) == nil)
  }
}
