import Glibc
import Testing

@testable import Kernels

@Suite struct ExponentialTests {
  @Test func agreesWithTheLibraryOverItsRange() {
    var worst = 0.0
    var x: Float = -60
    while x < 88 {
      let e = exponential(Vector(repeating: x))
      for lane in 0..<8 { worst = max(worst, abs(Double(e[lane]) / exp(Double(x)) - 1)) }
      x += 0.00371
    }
    #expect(worst < 2e-7, "relative error \(worst)")
  }

  @Test func isExactAtZeroAndSaturates() {
    let x = Vector(0, -.infinity, -100, 100, .infinity, -60.01, .nan, -0.0)
    let e = exponential(x)
    #expect(e[0] == 1)
    #expect(e[1] == 0)
    #expect(e[2] == 0)
    #expect(e[3] > 1e38 && e[3].isFinite)
    #expect(e[4] == e[3])
    #expect(e[5] == 0)
    #expect(e[6].isNaN)
    #expect(e[7] == 1)
  }

  @Test func masksCoverTheFirstLanes() {
    for count in -1...9 {
      let mask = LaneMask.first(count)
      for lane in 0..<8 { #expect((mask[lane] != 0) == (lane < count)) }
    }
  }

  @Test func reductionsSeeEveryLane() {
    for lane in 0..<8 {
      var v = Vector(repeating: -3)
      v[lane] = 5
      #expect(v.largest == 5)
      #expect(v.total == -16)
    }
  }
}
