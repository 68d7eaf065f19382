import Glibc

/// One zeroed allocation of floats, aligned to a cache line, freed with its owner. All weights,
/// gradients, activations and caches live in a few of these; nothing allocates within a step.
///
/// Behind the last float lie `slack` more that belong to nobody: kernels work on vectors and may
/// read (never write, never use) up to 15 floats behind a row.
package struct Arena: ~Copyable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  static let slack = 16
  private static let hugePage = 1 << 21

  /// - Complexity: O(count).
  package init(count: Int) {
    precondition(count >= 0, "an arena of \(count) floats")
    self.count = count
    let allocated = count + Self.slack
    let bytes = Self.bytes(count: count)
    let isLarge = bytes >= Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    // Products walk down the rows of wide matrices, each row on another page. A wish: where the
    // system has no huge pages, nothing is lost but time.
    if isLarge { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
    base = raw.bindMemory(to: Float.self, capacity: allocated)
    base.initialize(repeating: 0, count: allocated)
  }

  /// Bytes of an arena of so many floats.
  package static func bytes(count: Int) -> Int {
    (count + slack) * MemoryLayout<Float>.stride
  }

  package var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  deinit {
    UnsafeMutableRawPointer(base).deallocate()
  }
}
