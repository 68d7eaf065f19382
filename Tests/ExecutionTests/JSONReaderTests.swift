import Keys
import Testing

@testable import Execution

@Suite struct JSONReaderTests {
  func read(_ text: String) -> JSONValue? {
    var text = text
    return text.withUTF8 { JSONReader.value(of: UnsafeRawBufferPointer($0)) }
  }

  @Test func readsEveryForm() {
    #expect(
      read(#" {"a": [1, -2.5e3, true, false, null, "x\n\"é\u00e9\ud83d\ude00"], "b": {}} "#)
        == .object([
          "a": .array([
            .number(1), .number(-2500), .boolean(true), .boolean(false), .null,
            .string("x\n\"éé😀"),
          ]),
          "b": .object([:]),
        ]))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a: 1}", "01", "1.", ".5", "+1", "1e", "nul",
    "[1] 2",
    "\"\\x\"", "\"\\ud800\"", "\"a\nb\"", "\"open", "--1", "nan", "{\"a\":1,}", "[,]",
  ])
  func refusesWhatIsNotJSON(text: String) {
    #expect(read(text) == nil)
  }

  @Test func refusesDepthsThatWouldEndTheStack() {
    #expect(read(String(repeating: "[", count: 100_000)) == nil)
    #expect(read(String(repeating: "[", count: 60) + String(repeating: "]", count: 60)) != nil)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let bytes: [UInt8] = [0x22, 0xFF, 0x22]
    #expect(bytes.withUnsafeBytes { JSONReader.value(of: $0) } == nil)
  }

  /// Random values come back from their text as they were, and texts with random faults never crash.
  @Test func randomValuesComeBack() {
    var random = RandomStream(seed: 1, purpose: RandomPurpose("json")).generator(0)
    for _ in 0..<3000 {
      let value = Self.value(depth: 4, &random)
      let text = Self.canonical(value).text
      #expect(read(text) == value, "\(text)")
      var bytes = Array(text.utf8)
      bytes[random.below(bytes.count)] = UInt8(random.below(256))
      _ = bytes.withUnsafeBytes { JSONReader.value(of: $0) }
      #expect(read(String(text.dropLast())) == nil || text.last?.isNumber == true)
    }
  }

  static func value(depth: Int, _ random: inout StreamGenerator) -> JSONValue {
    switch random.below(depth == 0 ? 4 : 6) {
    case 0: .null
    case 1: .boolean(random.below(2) == 0)
    case 2: .number(Double(random.below(2000) - 1000) / Double(1 + random.below(64)))
    case 3: .string(string(&random))
    case 4: .array((0..<random.below(4)).map { _ in value(depth: depth - 1, &random) })
    default:
      .object(
        Dictionary(
          (0..<random.below(4)).map { _ in (string(&random), value(depth: depth - 1, &random)) },
          uniquingKeysWith: { $1 }))
    }
  }

  static func string(_ random: inout StreamGenerator) -> String {
    let scalars = ["a", "\"", "\\", "\n", "\u{1}", "é", "😀", "/", "{", " "]
    return (0..<random.below(5)).map { _ in scalars[random.below(scalars.count)] }.joined()
  }

  static func canonical(_ value: JSONValue) -> CanonicalJSON {
    switch value {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let values): .array(values.map(canonical))
    case .object(let members): .object(members.mapValues(canonical))
    }
  }
}
