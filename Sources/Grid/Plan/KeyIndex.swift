import Keys

/// The places of keys that stand in a list: open addressing by bits of the key, half full at most.
///
/// The bits stand beside the places, so that a key is looked at only where it is most likely the one.
struct KeyIndex {
  private struct Slot {
    var bits: UInt32
    /// Below 0: free.
    var place: Int32
  }

  private var slots = [Slot](repeating: free, count: 64)
  private var count = 0

  private static let free = Slot(bits: 0, place: -1)

  private static func bits(of key: StageKey) -> UInt32 {
    UInt32(truncatingIfNeeded: key.digest.prefix64)
  }

  /// - Parameter isKey: whether the key stands at a place.
  /// - Complexity: O(1) on average.
  func place(of key: StageKey, _ isKey: (Int) -> Bool) -> Int? {
    let slot = slots[slot(of: Self.bits(of: key), isKey)]
    return slot.place >= 0 ? Int(slot.place) : nil
  }

  /// The place of a key that is known; else `nil`, and it is noted with the place after the last.
  ///
  /// - Complexity: O(1) on average.
  mutating func placeOrNote(_ key: StageKey, _ isKey: (Int) -> Bool) -> Int? {
    if 2 * (count + 1) > slots.count { grow() }
    let bits = Self.bits(of: key)
    let slot = slot(of: bits, isKey)
    if slots[slot].place >= 0 { return Int(slots[slot].place) }
    slots[slot] = Slot(bits: bits, place: Int32(count))
    count += 1
    return nil
  }

  /// The slot of a key, or the free one where it belongs.
  private func slot(of bits: UInt32, _ isKey: (Int) -> Bool) -> Int {
    var slot = Int(bits) & (slots.count - 1)
    while slots[slot].place >= 0, slots[slot].bits != bits || !isKey(Int(slots[slot].place)) {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  /// Notes a key, known or not, with the place after the last. Which of several places of one key is found
  /// is not said.
  mutating func note(_ key: StageKey) { _ = placeOrNote(key) { _ in false } }

  private mutating func grow() {
    var larger = [Slot](repeating: Self.free, count: 2 * slots.count)
    for slot in slots where slot.place >= 0 {
      var place = Int(slot.bits) & (larger.count - 1)
      while larger[place].place >= 0 { place = (place + 1) & (larger.count - 1) }
      larger[place] = slot
    }
    slots = larger
  }
}
