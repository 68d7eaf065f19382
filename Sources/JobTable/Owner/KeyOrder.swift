/// The order of keys, found on a thread of its own while rows are entered: rows that come in the order of
/// their table are entered at its end, one beside the other.
enum KeyOrder {
  private struct Entry {
    let prefix: UInt64
    let place: Int32
  }

  /// - Parameter prefix: by place the first bits of its key; `nil` for one that is left out.
  /// - Complexity: O(n log n) for n keys, up to 28 bytes each meanwhile.
  static func feed(
    of count: Int, prefix: @escaping @Sendable (Int) -> UInt64?
  ) -> Feed<[Int32]> {
    Feed { hand in
      var entries: [Entry] = []
      entries.reserveCapacity(count)
      for place in 0..<count {
        if let prefix = prefix(place) { entries.append(Entry(prefix: prefix, place: Int32(place))) }
      }
      entries.sort { $0.prefix < $1.prefix }
      try hand(entries.map(\.place))
    }
  }
}
