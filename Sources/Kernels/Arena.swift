/// One zeroed allocation of floats, aligned to a cache line, freed with its owner. All weights,
/// gradients, activations and caches live in a few of these; nothing allocates within a step.
package struct Arena: ~Copyable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  /// - Complexity: O(count).
  package init(count: Int) {
    precondition(count >= 0, "an arena of \(count) floats")
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
  }

  package var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  deinit {
    UnsafeMutableRawPointer(base).deallocate()
  }
}
