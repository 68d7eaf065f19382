import CShims

/// Eight floats: one AVX register. Only this module is compiled for AVX2, so vectors stay inside it.
typealias Vector = SIMD8<Float>

/// Which lanes of a vector count: all bits of a lane set, or none.
typealias LaneMask = SIMD8<Int32>

extension SIMD8<Float> {
  @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Vector.self)
  }

  /// Lanes outside the mask are zero and their memory is not read.
  @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>, _ mask: LaneMask) -> Vector {
    espalier_load_masked8(pointer, mask)
  }

  /// Memory of lanes outside the mask is not written.
  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>, _ mask: LaneMask) {
    espalier_store_masked8(pointer, mask, self)
  }

  @inline(__always)
  func maximum(_ other: Vector) -> Vector { espalier_max8(self, other) }

  @inline(__always)
  var squareRoots: Vector { espalier_sqrt8(self) }

  /// `self` in the lanes of the mask, `other` elsewhere.
  @inline(__always)
  func kept(in mask: LaneMask, otherwise other: Vector) -> Vector {
    espalier_select8(mask, self, other)
  }

  /// Sum of the lanes, always in the same order.
  @inline(__always)
  var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(__always)
  var largest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two[1] > two[0] ? two[1] : two[0]
  }
}

extension SIMD8<Int32> {
  /// The first `count` lanes.
  @inline(__always)
  static func first(_ count: Int) -> LaneMask {
    espalier_first_lanes8(Int32(truncatingIfNeeded: count))
  }
}

/// e^x in each lane with a relative error below 2e-7; 0 below −60, about 2^127 above 88.
///
/// e^−60 is nothing beside the 1 that a softmax contains, while the denormal numbers that products of
/// smaller ones end in would slow the products down a hundredfold.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, e^r = 1 + r + r²·P(r), P of degree 4 with the least maximum
/// of the relative error (Remez exchange; 3e-9 before rounding). Adding 1.5 × 2^23 rounds to the
/// integer n and leaves it in the low bits of the sum.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  // The maximum of two operands is the second one if either is NaN, so NaN stays NaN.
  let clamped = Vector(repeating: -61).maximum(x).replacing(with: 88, where: x .> 88)
  let shift = Vector(repeating: 0x1.8p23)
  let shifted = shift.addingProduct(clamped, Vector(repeating: 0x1.715476p0))
  let n = shifted - shift
  // ln 2 in two parts, the first with few bits, so that n × part is exact.
  var r = clamped.addingProduct(n, Vector(repeating: -0x1.63p-1))
  r.addProduct(n, Vector(repeating: 0x1.bd0106p-13))
  var p = Vector(repeating: 0x1.6a2434p-10)
  p = Vector(repeating: 0x1.1239e2p-7).addingProduct(p, r)
  p = Vector(repeating: 0x1.5558f2p-5).addingProduct(p, r)
  p = Vector(repeating: 0x1.555492p-3).addingProduct(p, r)
  p = Vector(repeating: 0x1.fffffcp-2).addingProduct(p, r)
  let result = (1 + r).addingProduct(p, r * r)
  let exponent = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
  let scaled = unsafeBitCast(
    unsafeBitCast(result, to: SIMD8<UInt32>.self) &+ exponent, to: Vector.self)
  return scaled.replacing(with: 0, where: x .< -60)
}

/// Calls the body for each vector of `count` floats: the offset, and for the last incomplete one the
/// mask of its lanes.
@inline(__always)
func forEachVector(
  _ count: Int, _ body: (_ offset: Int) -> Void, tail: (_ offset: Int, _ mask: LaneMask) -> Void
) {
  let full = count & ~7
  var offset = 0
  while offset < full {
    body(offset)
    offset += 8
  }
  if full < count { tail(full, .first(count - full)) }
}
