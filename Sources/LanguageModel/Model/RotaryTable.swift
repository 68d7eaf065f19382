import Kernels

/// Cosines and sines of the rotary angles, grown to the longest sequence seen.
struct RotaryTable: ~Copyable {
  private var arena = Arena(count: 0)
  private(set) var positions = 0
  private let headSize: Int
  private let base: Double

  init(headSize: Int, base: Double) {
    self.headSize = headSize
    self.base = base
  }

  /// Makes room for positions below `count`.
  mutating func grow(to count: Int) {
    guard count > positions else { return }
    positions = max(count, 2 * positions, 64)
    arena = Arena(count: positions * headSize)
    fillRotaryTable(
      cosines: cosines, sines: sines, positions: positions, headSize: headSize, base: base)
  }

  var cosines: UnsafeMutablePointer<Float> { arena.base }
  var sines: UnsafeMutablePointer<Float> { arena.base + positions * (headSize / 2) }
}
