import Glibc

/// Floats at addresses reserved ahead for the largest case: a page takes memory only once it is
/// touched, so that buffers can be laid out for trees of the greatest possible size while those that
/// occur are small. Zero at first, aligned to a page, freed with its owner.
package struct ReservedArena: ~Copyable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int
  private let bytes: Int

  /// - Complexity: O(1).
  package init(count: Int) {
    precondition(count >= 0, "an arena of \(count) floats")
    self.count = count
    bytes = (count + Arena.slack) * MemoryLayout<Float>.stride
    let address = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address, address != MAP_FAILED else {
      preconditionFailure("no address space for \(bytes) bytes: errno \(errno)")
    }
    base = address.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(base), bytes)
  }
}
