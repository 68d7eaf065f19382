import Glibc
import Testing

@testable import Kernels

@Suite struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let heads: Int
    let keyValueHeads: Int
    let headSize: Int
    let lengths: [Int]

    var shape: AttentionShape {
      AttentionShape(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize)
    }
    var starts: [Int] { lengths.reduce(into: [0]) { $0.append($0.last! + $1) } }
    var testDescription: String { "\(heads)/\(keyValueHeads) heads of \(headSize), \(lengths)" }
  }

  static let small = [
    Case(heads: 1, keyValueHeads: 1, headSize: 2, lengths: [1]),
    Case(heads: 2, keyValueHeads: 2, headSize: 4, lengths: [3, 1, 7]),
    Case(heads: 4, keyValueHeads: 2, headSize: 6, lengths: [9, 2]),
    Case(heads: 3, keyValueHeads: 1, headSize: 8, lengths: [6, 6]),
    Case(heads: 2, keyValueHeads: 1, headSize: 18, lengths: [8]),
  ]
  static let large = [
    Case(heads: 4, keyValueHeads: 4, headSize: 16, lengths: [25, 64, 1, 33]),
    Case(heads: 4, keyValueHeads: 2, headSize: 12, lengths: [49, 100]),
    Case(heads: 2, keyValueHeads: 1, headSize: 64, lengths: [17, 5]),
  ]

  /// The definition, in double precision.
  static func naive(_ rows: [Double], _ c: Case) -> [Double] {
    let shape = c.shape
    let size = c.headSize
    var output: [Double] = []
    for sequence in c.lengths.indices {
      for query in 0..<c.lengths[sequence] {
        let at = (c.starts[sequence] + query) * shape.projectionWidth
        for head in 0..<c.heads {
          let group = head / (c.heads / c.keyValueHeads)
          let q = rows[at + head * size..<at + (head + 1) * size]
          let others = (0...query).map { (c.starts[sequence] + $0) * shape.projectionWidth }
          let scores = others.map { other in
            let start = other + (c.heads + group) * size
            return zip(q, rows[start..<start + size]).reduce(0) { $0 + $1.0 * $1.1 }
              / Double(size).squareRoot()
          }
          let peak = scores.max()!
          let weights = scores.map { exp($0 - peak) }
          let total = weights.reduce(0, +)
          for i in 0..<size {
            let values = others.map { rows[$0 + (c.heads + c.keyValueHeads + group) * size + i] }
            output.append(dot(weights, values) / total)
          }
        }
      }
    }
    return output
  }

  struct Pass {
    let projections: Buffer
    let output: Buffer
    let peaks: Buffer
    let inverses: Buffer
    let scratch: Buffer
  }

  /// Runs the kernel; what lies behind the last row is NaN, to show that it is not used.
  static func forward(_ rows: [Float], _ c: Case) -> Pass {
    let shape = c.shape
    let tokens = c.starts.last!
    let longest = c.lengths.max()!
    let behind = [Float](repeating: .nan, count: 8 * shape.projectionWidth)
    let pass = Pass(
      projections: Buffer(rows + behind), output: Buffer(count: tokens * shape.width),
      peaks: Buffer(count: tokens * c.heads), inverses: Buffer(count: tokens * c.heads),
      scratch: Buffer(
        count: max(
          shape.forwardScratch(longest: longest), shape.backwardScratch(longest: longest))))
    attentionForward(
      pass.output.base, peaks: pass.peaks.base, inverses: pass.inverses.base,
      projections: pass.projections.base, starts: c.starts, shape: shape,
      scratch: pass.scratch.base)
    #expect(pass.output.isIntact && pass.peaks.isIntact && pass.inverses.isIntact)
    #expect(pass.scratch.isIntact)
    return pass
  }

  @Test(arguments: small + large)
  func forwardAgreesWithTheDefinition(_ c: Case) {
    var numbers = Numbers("attention", c.headSize)
    let rows = numbers.floats(c.starts.last! * c.shape.projectionWidth, scale: 1.5)
    let pass = Self.forward(rows, c)
    expectClose(pass.output.values, Self.naive(rows.doubles, c), "\(c.testDescription)")
  }

  @Test(arguments: small)
  func backwardAgreesWithDifferences(_ c: Case) {
    var numbers = Numbers("attention backward", c.headSize)
    let rows = numbers.floats(c.starts.last! * c.shape.projectionWidth, scale: 1.5)
    let gradient = numbers.floats(c.starts.last! * c.shape.width)
    let result = Self.backward(rows, gradient, c)
    let expected = numericGradient(rows.doubles) { dot(Self.naive($0, c), gradient.doubles) }
    expectClose(result, expected, "\(c.testDescription)")
  }

  static func backward(_ rows: [Float], _ gradient: [Float], _ c: Case) -> [Float] {
    let pass = forward(rows, c)
    let result = Buffer(count: rows.count)
    let outputGradient = Buffer(gradient)
    attentionBackward(
      result.base, outputGradient: outputGradient.base, projections: pass.projections.base,
      peaks: pass.peaks.base, inverses: pass.inverses.base, starts: c.starts, shape: c.shape,
      scratch: pass.scratch.base)
    #expect(result.isIntact && pass.scratch.isIntact)
    return result.values
  }

  /// The gradient by the chain rule in double precision, for lengths that differences are too slow
  /// for.
  static func naiveGradient(_ rows: [Double], _ gradient: [Double], _ c: Case) -> [Double] {
    let (shape, size) = (c.shape, c.headSize)
    var result = [Double](repeating: 0, count: rows.count)
    for sequence in c.lengths.indices {
      for query in 0..<c.lengths[sequence] {
        let row = c.starts[sequence] + query
        for head in 0..<c.heads {
          let group = head / (c.heads / c.keyValueHeads)
          let q = row * shape.projectionWidth + head * size
          let others = (0...query).map { (c.starts[sequence] + $0) * shape.projectionWidth }
          let keys = others.map { $0 + (c.heads + group) * size }
          let values = others.map { $0 + (c.heads + c.keyValueHeads + group) * size }
          let scale = 1 / Double(size).squareRoot()
          let scores = keys.map { k in (0..<size).reduce(0) { $0 + rows[q + $1] * rows[k + $1] } }
          let peak = scores.max()!
          let raw = scores.map { exp(($0 - peak) * scale) }
          let total = raw.reduce(0, +)
          let p = raw.map { $0 / total }
          let out = (row * c.heads + head) * size
          let dp = values.map { v in
            (0..<size).reduce(0) { $0 + gradient[out + $1] * rows[v + $1] }
          }
          let mean = dot(p, dp)
          for j in others.indices {
            let ds = p[j] * (dp[j] - mean) * scale
            for i in 0..<size {
              result[q + i] += ds * rows[keys[j] + i]
              result[keys[j] + i] += ds * rows[q + i]
              result[values[j] + i] += p[j] * gradient[out + i]
            }
          }
        }
      }
    }
    return result
  }

  @Test(arguments: small + large)
  func backwardAgreesWithTheChainRule(_ c: Case) {
    var numbers = Numbers("attention chain", c.headSize)
    let rows = numbers.floats(c.starts.last! * c.shape.projectionWidth, scale: 1.5)
    let gradient = numbers.floats(c.starts.last! * c.shape.width)
    expectClose(
      Self.backward(rows, gradient, c), Self.naiveGradient(rows.doubles, gradient.doubles, c),
      "\(c.testDescription)")
  }

  @Test(arguments: small + large)
  func cachedAttentionGivesTheSameBits(_ c: Case) {
    var numbers = Numbers("cached", c.headSize)
    let width = c.shape.projectionWidth
    let rows = numbers.floats(c.starts.last! * width, scale: 1.5)
    let whole = Self.forward(rows, c).output.values
    let cacheShape = CacheShape(attention: c.shape, tokens: c.lengths.max()!)
    let slots = c.lengths.count + 1
    // Caches are reused: what an earlier sequence left there must not matter.
    let cache = Buffer(count: slots * cacheShape.slotSize, of: 3)
    let scratch = Buffer(count: cacheShape.scratch)
    let source = Buffer(rows)
    // The first half of each sequence comes at once, by way of the spare slot, the rest one by one.
    for (sequence, length) in c.lengths.enumerated() {
      let half = length / 2
      fillCache(
        slot: cache.base + (slots - 1) * cacheShape.slotSize,
        projections: source.base + c.starts[sequence] * width, count: half, position: 0,
        shape: cacheShape)
      copyCache(
        to: cache.base + sequence * cacheShape.slotSize,
        from: cache.base + (slots - 1) * cacheShape.slotSize, count: half, shape: cacheShape)
    }
    for step in 0..<c.lengths.max()! {
      let live = c.lengths.indices.filter {
        step >= c.lengths[$0] / 2 && step < c.lengths[$0]
      }
      let tokens = Buffer(
        live.flatMap { s in
          let at = (c.starts[s] + step) * width
          return rows[at..<at + width]
        })
      let output = Buffer(count: live.count * c.shape.width)
      cachedAttention(
        output.base, projections: tokens.base, cache: cache.base, stride: cacheShape.slotSize,
        slots: live, positions: live.map { _ in Int32(step) }, shape: cacheShape,
        scratch: scratch.base)
      #expect(output.isIntact && scratch.isIntact && cache.isIntact)
      for (row, s) in live.enumerated() {
        let at = (c.starts[s] + step) * c.shape.width
        let same = Array(whole[at..<at + c.shape.width])
        #expect(Array(output.values[row * c.shape.width..<(row + 1) * c.shape.width]) == same)
      }
    }
  }
}
