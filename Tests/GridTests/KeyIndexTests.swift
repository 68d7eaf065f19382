import Keys
import Testing

@testable import Grid

/// Against a dictionary, with keys of which many have the same bits.
@Suite struct KeyIndexTests {
  /// A key with these bits, told from others by its last byte.
  private func key(bits: UInt32, _ last: UInt8) throws -> StageKey {
    var bytes = [UInt8](repeating: 0, count: 32)
    for place in 0..<4 {
      bytes[4 + place] = UInt8(truncatingIfNeeded: bits >> UInt32(24 - 8 * place))
    }
    bytes[31] = last
    return StageKey(try #require(Digest(bytes: bytes)))
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func isADictionary(seed: UInt64) throws {
    var generator = RandomStream(seed: seed, purpose: RandomPurpose("key index")).generator(0)
    var index = KeyIndex()
    var keys: [StageKey] = []
    var known: [StageKey: Int] = [:]
    for _ in 0..<2_000 {
      // Few bits that differ, at the low end, at the high end or at both.
      let bits = UInt32.random(in: 0..<40, using: &generator)
      let shift = [0, 26, 5].randomElement(using: &generator) ?? 0
      let new = try key(bits: bits << UInt32(shift), UInt8.random(in: 0..<8, using: &generator))
      #expect(index.place(of: new) { keys[$0] == new } == known[new])
      if Bool.random(using: &generator) { continue }
      #expect(index.placeOrNote(new) { keys[$0] == new } == known[new])
      if known[new] == nil {
        known[new] = keys.count
        keys.append(new)
      }
    }
    for (key, place) in known { #expect(index.place(of: key) { keys[$0] == key } == place) }
  }
}
