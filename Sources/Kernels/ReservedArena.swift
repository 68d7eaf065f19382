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
      // Nobody can go on without it, and a trap would tell the reader of a job's log nothing.
      var sentence =
        "espalier: the system refuses \(bytes) bytes of address space for a tree of samples "
        + "(\(String(cString: strerror(errno)))); raise the limit (`ulimit -v`), or run fewer jobs "
        + "at once\n"
      sentence.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      exit(1)
    }
    base = address.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(base), bytes)
  }
}
