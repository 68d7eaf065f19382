import Grid
import Testing

@testable import Planner

@Suite struct DecimalTests {
  @Test(arguments: [
    ("1", ParameterValue.integer(1)), ("-3", .integer(-3)), ("+7", .integer(7)),
    ("0.1", .number(0.1)), ("1.50", .number(1.5)), ("3.0", .integer(3)), ("1e3", .integer(1000)),
    ("1.0e-3", .number(0.001)), (".5", .number(0.5)), ("2.", .integer(2)), ("0", .integer(0)),
    ("-0.0", .integer(0)), ("12.5E1", .integer(125)), ("1e300", .number(1e300)),
  ])
  func textsAreRead(text: String, value: ParameterValue) throws {
    #expect(try #require(Decimal(text)).value == value)
  }

  @Test(arguments: [
    "", "-", ".", "e3", "1e", "1e+", "1_000", "0x10", "007", "1.2.3", "nan", "1 2", "१",
    "1234567890123456789012", "1e999",
  ])
  func otherTextsAreNot(text: String) {
    #expect(Decimal(text) == nil)
  }

  @Test func rangesAreExact() throws {
    let tenths = try AxisSeries.range(from: "0.1", to: "1.0", by: "0.1").get().map(
      \.description)
    #expect(tenths == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"])
    // In binary arithmetic the third would be 0.30000000000000004.
    let down = try AxisSeries.range(from: "3e-1", to: "-0.1", by: "-.2").get().map(
      \.description)
    #expect(down == ["0.3", "0.1", "-0.1"])
    #expect(try AxisSeries.range(from: "5", to: "5", by: nil).get() == [.integer(5)])
  }

  /// Against a twin in integers: from a/1000 by c/1000.
  @Test func rangesAgreeWithIntegers() throws {
    for start in stride(from: -500, through: 500, by: 125) {
      for step in [1, 7, 20, 125, 1000] {
        func text(_ thousandths: Int) -> String {
          let digits = String(abs(thousandths) + 1000).suffix(3)
          return "\(thousandths < 0 ? "-" : "")\(abs(thousandths) / 1000).\(digits)"
        }
        let range = try AxisSeries.range(
          from: text(start), to: text(start + 20 * step), by: text(step)
        ).get()
        #expect(range.compactMap(\.double) == (0...20).map { Double(text(start + $0 * step))! })
      }
    }
  }

  @Test func powersOfTenAreExact() throws {
    let series = try AxisSeries.logarithmic(from: "1e-7", to: "1e-3", perDecade: 3, digits: 3).get()
    #expect(
      series.map(\.description) == [
        "1e-07", "2.15e-07", "4.64e-07", "1e-06", "2.15e-06", "4.64e-06", "1e-05", "2.15e-05",
        "4.64e-05", "0.0001", "0.000215", "0.000464", "0.001",
      ])
  }

  @Test func oneDigitGivesTheFamiliarSeries() throws {
    let series = try AxisSeries.logarithmic(from: "2e-5", to: "1e-3", perDecade: 3, digits: 1).get()
    #expect(
      series.map(\.description) == [
        "2e-05", "5e-05", "0.0001", "0.0002", "0.0005", "0.001",
      ])
    let decades = try AxisSeries.logarithmic(from: "1", to: "1000", perDecade: 1, digits: 3).get()
    #expect(decades == [1, 10, 100, 1000].map { .integer($0) })
  }
}
