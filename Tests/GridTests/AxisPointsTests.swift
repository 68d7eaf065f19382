import Foundation
import Grid
import Keys
import Testing

/// Axes of one parameter keep values only, and are written in short; what they are stays the same.
@Suite struct AxisPointsTests {
  private typealias Point = Axis.Point

  private static func listed(_ values: [ParameterValue]) -> [Point] {
    values.map { Point(label: $0, assignment: ["x": $0]) }
  }

  @Test func valuesAndListedPointsAreTheSame() {
    let values: [ParameterValue] = [.integer(3), .number(0.5), .string("a"), .boolean(true)]
    let points = AxisPoints(Self.listed(values))
    #expect(points == AxisPoints(values: values, of: "x"))
    #expect(points.map { $0 } == Self.listed(values))
    #expect(points.labels == values)
    #expect(points.parameterNames == ["x"])
    #expect(points.values(of: "x") == values)
    #expect(points.values(of: "y").isEmpty)
    #expect(AxisPoints([]) == AxisPoints(values: [], of: "x"))
  }

  @Test func otherPointsStayAsTheyAre() {
    let several = Point(label: .string("a"), assignment: ["x": .integer(1), "y": .integer(2)])
    let renamed = Point(label: .string("one"), assignment: ["x": .integer(1)])
    let other = Point(label: .integer(1), assignment: ["y": .integer(1)])
    let plain = Point(label: .integer(2), assignment: ["x": .integer(2)])
    for points in [[several], [renamed], [plain, other], [plain, renamed], [plain, several]] {
      #expect(AxisPoints(points).map { $0 } == points)
    }
    let points = AxisPoints([plain, several, other])
    #expect(points.parameterNames == ["x", "y"])
    #expect(points.labels == [.integer(2), .string("a"), .integer(1)])
    #expect(points.values(of: "y") == [.integer(2), .integer(1)])
  }

  /// What was written in short is read back as it was, and what is no series is written point by point.
  @Test(
    arguments: [
      ([1, 2, 3].map { .integer($0) }, true), ([5, 3, 1, -1].map { .integer($0) }, true),
      ([7, 7, 7].map { .integer($0) }, true), ([1, 2, 4].map { .integer($0) }, false),
      ([1, 2].map { .integer($0) }, false), ([1, 2, 3].map { .number($0) }, true),
      ([0.1, 0.2, 0.3, 0.4].map { .number($0) }, true),
      ([0.1, 0.2, 0.1 + 0.2].map { .number($0) }, false),
      ([0.001, 0.01, 0.1].map { .number($0) }, false),
      ([1e-9, 2e-9, 3e-9].map { .number($0) }, true),
      ([1e300, 2e300, 3e300].map { .number($0) }, false),
      ([.max - 2, .max - 1, .max].map { .integer($0) }, false),
      ([.min, 0, .max].map { .integer($0) }, false),
      ([.integer(1), .number(2), .integer(3)], false),
      (["a", "b", "c"].map { .string($0) }, false),
      ([-66.66666666666667, 0, 66.66666666666667].map { .number($0) }, true),
      ([-7_000_000_000_000_000, 0, 7_000_000_000_000_000].map { .integer($0) }, true),
    ] as [([ParameterValue], Bool)])
  func areReadBack(values: [ParameterValue], isSeries: Bool) throws {
    let axis = Axis(name: "x", points: Self.listed(values))
    let text = String(decoding: try JSONEncoder().encode(axis), as: UTF8.self)
    #expect(text.contains("series") == isSeries, "\(text)")
    let read = try JSONDecoder().decode(Axis.self, from: Data(text.utf8))
    #expect(read.points.labels.map(\.canonical.text) == values.map(\.canonical.text))
    if isSeries { #expect(read == axis) }
  }

  /// Tables of earlier versions hold every point.
  @Test func listsAreReadToo() throws {
    let text = """
      {"name":"x","points":[{"label":1,"assignment":{"x":1}},{"label":2,"assignment":{"x":2}},\
      {"label":3,"assignment":{"x":3}}]}
      """
    let read = try JSONDecoder().decode(Axis.self, from: Data(text.utf8))
    #expect(read == Axis(name: "x", points: Self.listed([1, 2, 3].map { .integer($0) })))
  }

  @Test(arguments: [
    #"{"first":0,"step":1,"count":-1}"#, #"{"first":0,"step":1,"count":1000000000000}"#,
    #"{"first":0,"step":9223372036854775807,"count":3}"#,
    #"{"first":0,"step":1,"count":3,"digits":16}"#,
    #"{"first":9007199254740992,"step":0,"count":3}"#,
  ])
  func impossibleSeriesAreRefused(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ValueSeries.self, from: Data(text.utf8))
    }
  }

  /// A long axis is handed on in pieces, and as a whole is the same text.
  @Test func theTextComesInPieces() {
    let values = (0..<5000).map { ParameterValue.integer($0 * 37 - 90) }
    let specification = GridSpecification(
      name: "n", program: ProgramSpecification(work: .builtin),
      axes: [
        Axis(name: "x", points: Self.listed(values)),
        Axis(name: "y", points: values.map { Point(label: $0, assignment: ["x": $0, "z": $0]) }),
      ])
    var whole: [UInt8] = []
    specification.writeCanonical(to: &whole) { _ in }
    var pieces: [UInt8] = []
    var count = 0
    var text: [UInt8] = []
    specification.writeCanonical(to: &text) {
      pieces += $0
      $0.removeAll(keepingCapacity: true)
      count += 1
    }
    #expect(pieces + text == whole)
    #expect(count > 2)
    let points = values.map { value in
      CanonicalJSON.object([
        "label": value.canonical, "assignment": .object(["x": value.canonical]),
      ])
    }
    let axis = CanonicalJSON.object(["name": .string("x"), "points": .array(points)]).text
    #expect(String(decoding: whole, as: UTF8.self).contains(axis))
  }
}
