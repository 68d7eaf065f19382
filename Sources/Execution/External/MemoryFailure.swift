import Grid

/// How a program fails that may not have the memory it wants.
enum MemoryFailure {
  /// Its group had more resident than it may, and was ended.
  static func exceeded(_ limit: Int, by resident: Int) -> Failure {
    Failure(
      reason: .memoryLimit(limit),
      message: "it had \(text(resident)) of memory, more than its limit of \(text(limit))")
  }

  /// The kernel gave it no more addresses, and it ended by itself with these words.
  static func refused(_ limit: Int, _ detail: String) -> Failure {
    Failure(
      reason: .memoryLimit(limit),
      message: "its memory limit of \(text(limit)) did not suffice: \(detail)")
  }

  /// Whether a program's last words are those of one that got no memory: of Python, NumPy, C++, the C
  /// library, the dynamic loader, Java, Rust and Go. A limit on addresses makes allocations fail; what
  /// a program then does is its own affair, and its words are all that there is to tell by.
  static func isNamed(in detail: String) -> Bool {
    let words = detail.lowercased()
    return [
      "memoryerror", "bad_alloc", "out of memory", "outofmemory", "cannot allocate memory",
      "failed to map segment", "unable to allocate", "memory allocation of", "memory exhausted",
    ].contains { words.contains($0) }
  }

  private static func text(_ bytes: Int) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20)] where bytes >= 1 << shift {
      let tenths = (Double(bytes) / Double(1 << shift) * 10).rounded()
      return tenths.truncatingRemainder(dividingBy: 10) == 0
        ? "\(Int(tenths) / 10) \(unit)" : "\(tenths / 10) \(unit)"
    }
    return "\(bytes >> 10) KiB"
  }
}
