/// Where buffers lie in one arena, each on a cache line of its own.
///
/// A checked build (`tools/test-checked`, compiled with ESPALIER_CHECKED) leaves a gap behind each
/// buffer, filled with NaN: `verify` finds what was written there, and what was read there and used
/// shows in the results. Kernels may read, but neither use nor write, up to 15 floats behind a row.
package struct ArenaPlan {
  /// Floats of the arena.
  package private(set) var count: Int
  #if ESPALIER_CHECKED
    private var gaps: [Range<Int>] = []
    private static let gap = 64
    private static let mark = Float(bitPattern: 0x7fc0_5eed)
  #endif

  /// - Parameter first: where the first buffer may lie.
  package init(from first: Int = 0) {
    count = first
  }

  /// The offset of a buffer of so many floats.
  package mutating func take(_ size: Int) -> Int {
    let start = count
    #if ESPALIER_CHECKED
      count += (size + Self.gap + 15) / 16 * 16
      gaps.append(start + size..<count)
    #else
      count += (size + 15) / 16 * 16
    #endif
    return start
  }

  /// Before the buffers are used.
  package func mark(_ arena: UnsafeMutablePointer<Float>) {
    #if ESPALIER_CHECKED
      for gap in gaps {
        for i in gap { arena[i] = Self.mark }
      }
    #endif
  }

  /// Stops the process where something was written between the buffers.
  package func verify(_ arena: UnsafePointer<Float>) {
    #if ESPALIER_CHECKED
      for gap in gaps {
        for i in gap where arena[i].bitPattern != Self.mark.bitPattern {
          preconditionFailure("\(i - gap.lowerBound) floats behind the buffer before \(gap)")
        }
      }
    #endif
  }
}
