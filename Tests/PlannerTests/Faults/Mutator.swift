import Keys

@testable import Planner

/// Makes strange grids from good and broken ones.
struct Mutator {
  private var random: StreamGenerator

  init(index: Int) {
    random = RandomStream(seed: 2026, purpose: RandomPurpose("fuzz")).generator(index)
  }

  static let seeds =
    BrokenGrid.all.filter { $0.text.utf8.count < 2_000 }.map(\.text) + [
      ExpansionTests.grid, ExternalTests.grid, ExternalTests.grid, OverrideTests.grid,
      SummaryTests.grid,
      """
      include: base.yaml
      name: all
      about: everything at once
      preset: paper-code
      parameters: {model: tiny, note: "x y"}
      axes:
        learning_rate: {log: [1.0e-5, 1.0e-3], per_decade: 3, digits: 1}
        temperature: {from: 0.1, to: 0.5, by: 0.2}
        setting: [{label: a, method: em}, {preset: hot, method: none}]
        step: [0, 2]
      where: [temperature <= 0.3, step != 1]
      exclude: [{setting: a, step: 2}]
      replicate: seed
      report: {metrics: [accuracy, entropy], rows: temperature, baseline: {step: 0}}
      """,
    ]

  static let tokens: [String] = [
    "{", "}", "[", "]", ":", ": ", "- ", ",", "\t", "\n", "  ", "*a", "&a ", "\"", "'", "|\n",
    ">\n",
    "!!", "!!str ", "? ", "<<: *a", ".inf", ".nan", "1e999", "-0", "99999999999999999999", "~",
    "null", "true", "#", "%", "@", "`", "---\n", "...\n", "\\", "\u{0}", "\u{FEFF}", "\u{2028}",
    "\u{E000}", "é", "🌱", "0.1", "from", "to: ", "by: 0", "count: ", "count: 9223372036854775807",
    "log: [1, 10]", "axes:", "parameters:", "{x}", "{{x}}", "seed", "step", "model", "label: ",
    "preset: hot", "variants:\n  - ", "growth: {time: 2}", "run", "state", "label", "preset",
    "1e-400", "0.30000000000000000000001",
  ]

  mutating func grid() -> (bytes: [UInt8], overrides: [String]) {
    var bytes: [UInt8]
    if random.below(20) == 0 {
      bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
    } else {
      bytes = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
      for _ in 0..<random.below(5) { mutate(&bytes) }
    }
    var overrides: [String] = []
    while random.below(4) == 0 { overrides.append(override()) }
    return (bytes, overrides)
  }

  private mutating func token() -> String { Self.tokens[random.below(Self.tokens.count)] }

  private mutating func override() -> String {
    let keys = [
      "seed", "temperature", "axes.seed.count", "axes.step", "program.retries", "exclude.x",
      "where",
      "parameters.note", "variants", "report.rows", "", "a.b.c", "axes", "program", "preset",
    ]
    let key = keys[random.below(keys.count)]
    let values = ["1", "[1, 2]", "{from: 0, to: 3}", "{count: 2}", "word", token(), ""]
    return key + (random.below(9) == 0 ? "" : "=") + values[random.below(values.count)]
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count + 1)
    switch random.below(9) {
    case 0 where !bytes.isEmpty:
      bytes[random.below(bytes.count)] = UInt8(random.below(256))
    case 1 where !bytes.isEmpty:
      bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
    case 2:
      bytes.removeSubrange(place..<min(bytes.count, place + random.below(12)))
    case 3, 4:
      bytes.insert(contentsOf: token().utf8, at: place)
    case 5:
      let other = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
      let start = random.below(other.count + 1)
      bytes.insert(contentsOf: other[start..<min(other.count, start + random.below(80))], at: place)
    case 6:
      var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
      lines.swapAt(random.below(lines.count), random.below(lines.count))
      bytes = Array(lines.joined(separator: [10]))
    case 7:
      var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
      lines.insert(lines[random.below(lines.count)], at: random.below(lines.count + 1))
      bytes = Array(lines.joined(separator: [10]))
    default:
      // A number becomes another one.
      guard let digit = bytes[place...].firstIndex(where: { (48..<58).contains($0) }) else {
        return
      }
      bytes.replaceSubrange(digit...digit, with: "\(random.below(2_000) - 3)".utf8)
    }
  }
}
