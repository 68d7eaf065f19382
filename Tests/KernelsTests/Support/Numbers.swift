import Keys

@testable import Kernels

/// Seeded random numbers for tests.
struct Numbers {
  private var generator: StreamGenerator

  init(_ name: String, _ index: Int = 0) {
    generator = RandomStream(seed: 1, purpose: RandomPurpose(name)).generator(index)
  }

  /// Uniform in (−scale, scale).
  mutating func floats(_ count: Int, scale: Double = 1) -> [Float] {
    (0..<count).map { _ in Float((2 * generator.unit() - 1) * scale) }
  }

  mutating func below(_ bound: Int) -> Int { generator.below(bound) }

  mutating func tokens(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(generator.below(bound)) }
  }
}

/// A buffer as kernels want it, with marks behind its end that show whether a kernel wrote there.
final class Buffer {
  private let arena: Arena
  let count: Int
  private static let mark: Float = 12345
  private static let marks = 300

  init(_ values: [Float]) {
    count = values.count
    arena = Arena(count: values.count + Self.marks)
    for (i, value) in values.enumerated() { arena.base[i] = value }
    for i in 0..<Self.marks { arena.base[count + i] = Self.mark }
  }

  convenience init(count: Int, of value: Float = .nan) {
    self.init([Float](repeating: value, count: count))
  }

  var base: UnsafeMutablePointer<Float> { arena.base }
  var values: [Float] { Array(UnsafeBufferPointer(start: arena.base, count: count)) }
  var isIntact: Bool { (0..<Self.marks).allSatisfy { arena.base[count + $0] == Self.mark } }
}

extension [Float] {
  var doubles: [Double] { map(Double.init) }
}

/// The gradient of `loss` at `point` by central differences in double precision.
func numericGradient(_ point: [Double], _ loss: ([Double]) -> Double) -> [Double] {
  let step = 1e-5
  return point.indices.map { i in
    var moved = point
    moved[i] = point[i] + step
    let above = loss(moved)
    moved[i] = point[i] - step
    return (above - loss(moved)) / (2 * step)
  }
}

/// Σ a·b.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
