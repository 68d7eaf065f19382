import Testing

@testable import Kernels

/// Attention over trees against `attentionForward` and `attentionBackward` over each row's path.
@Suite struct TreeAttentionTests {
  /// A random tree in depth-first order.
  private struct RandomTree {
    var parents: [Int] = []
    var segments: [TreeSegment] = []
    var positions: [Int] = []

    init(rows: Int, roots: Int, forks: Int, _ numbers: inout Numbers) {
      for root in 0..<roots {
        grow(rows / roots + (root == 0 ? rows % roots : 0), -1, forks, &numbers)
      }
    }

    /// A chain of some rows and below it up to `forks` subtrees, of `rows` rows in all.
    private mutating func grow(_ rows: Int, _ parent: Int, _ forks: Int, _ numbers: inout Numbers) {
      guard rows > 0 else { return }
      let length = 1 + numbers.below(rows)
      let index = segments.count
      let first = parents.count
      let position = parent < 0 ? 0 : positions[parent] + 1
      segments.append(TreeSegment(first: first, count: length, end: 0, position: position))
      for i in 0..<length {
        parents.append(i == 0 ? parent : first + i - 1)
        positions.append(position + i)
      }
      var left = rows - length
      for fork in 0..<forks where left > 0 {
        let some = fork == forks - 1 ? left : 1 + numbers.below(left)
        grow(some, first + length - 1, forks, &numbers)
        left -= some
      }
      segments[index].end = parents.count
    }

    var longest: Int { (positions.max() ?? 0) + 1 }

    /// The rows from the root to a row.
    func path(_ row: Int) -> [Int] {
      var path = [row]
      while parents[path[0]] >= 0 { path.insert(parents[path[0]], at: 0) }
      return path
    }
  }

  static let shapes = [
    AttentionShape(heads: 2, keyValueHeads: 2, headSize: 16),
    AttentionShape(heads: 3, keyValueHeads: 1, headSize: 12),
    AttentionShape(heads: 4, keyValueHeads: 2, headSize: 6),
    AttentionShape(heads: 1, keyValueHeads: 1, headSize: 64),
  ]

  @Test(arguments: shapes, [1, 2, 5, 17, 60, 200])
  func rowsAttendToTheirPaths(_ shape: AttentionShape, _ rows: Int) {
    var numbers = Numbers("tree attention", rows)
    // A single long chain is what the tests of packed sequences are about.
    for forks in rows > 100 ? [4] : [1, 2, 4] {
      let tree = RandomTree(
        rows: rows, roots: rows > 10 ? 1 + forks % 3 : 1, forks: forks, &numbers)
      let projections = Buffer(numbers.floats((rows + 7) * shape.projectionWidth))
      let outputGradient = Buffer(numbers.floats(rows * shape.width))
      let pass = Pass(tree, projections, outputGradient, shape)

      let width = shape.projectionWidth
      let inputs = projections.values
      let outputGradients = outputGradient.values
      let (output, peaks, inverses) = (pass.output.values, pass.peaks.values, pass.inverses.values)
      var expected = [Double](repeating: 0, count: rows * width)
      for row in 0..<rows {
        let path = tree.path(row)
        // Only the row's own output has a gradient.
        let alone = Pass(
          chain: path.count,
          Buffer(
            path.flatMap { inputs[$0 * width..<($0 + 1) * width] }
              + [Float](repeating: 0, count: 7 * width)),
          Buffer(
            [Float](repeating: 0, count: (path.count - 1) * shape.width)
              + outputGradients[row * shape.width..<(row + 1) * shape.width]), shape)
        func last(_ values: Buffer, _ width: Int) -> [Float] { values.values.suffix(width) }
        func its(_ values: [Float], _ width: Int) -> [Float] {
          Array(values[row * width..<(row + 1) * width])
        }
        #expect(its(output, shape.width) == last(alone.output, shape.width), "row \(row)")
        #expect(its(peaks, shape.heads) == last(alone.peaks, shape.heads))
        #expect(its(inverses, shape.heads) == last(alone.inverses, shape.heads))
        let gradient = alone.gradient.values
        for (i, ancestor) in path.enumerated() {
          for j in 0..<width { expected[ancestor * width + j] += Double(gradient[i * width + j]) }
        }
      }
      expectClose(
        pass.gradient.values, expected, absolute: 2e-5, relative: 2e-5,
        "\(rows) rows, \(forks) forks, \(shape)")
    }
  }

  @Test(arguments: shapes, [1, 9, 70])
  func singleRowsAttendToTheirPaths(_ shape: AttentionShape, _ rows: Int) {
    var numbers = Numbers("path attention", rows)
    let tree = RandomTree(rows: rows, roots: 1 + rows / 10, forks: 3, &numbers)
    let projections = Buffer(numbers.floats((rows + 7) * shape.projectionWidth))
    let pass = Pass(tree, projections, Buffer(count: rows * shape.width, of: 0), shape)
    var paths = RowPaths(longest: tree.longest)
    for (row, parent) in tree.parents.enumerated() {
      if parent < 0 {
        paths.append(row..<row + 1)
      } else {
        let before = paths
        paths.append(row, after: parent, of: before)
      }
    }
    let output = Buffer(count: rows * shape.width)
    let peaks = Buffer(count: rows * shape.heads)
    let inverses = Buffer(count: rows * shape.heads)
    let scratch = Buffer(count: shape.pathScratch(longest: tree.longest))
    pathAttentionForward(
      output.base, peaks: peaks.base, inverses: inverses.base, projections: projections.base,
      paths: paths, shape: shape, scratch: scratch.base)
    #expect(output.values == pass.output.values)
    #expect(peaks.values == pass.peaks.values)
    #expect(inverses.values == pass.inverses.values)
    for buffer in [output, peaks, inverses, scratch] { #expect(buffer.isIntact) }
  }

  /// A forward and a backward pass over a tree, or over a chain by the kernels of packed sequences.
  private struct Pass {
    let output: Buffer
    let peaks: Buffer
    let inverses: Buffer
    let gradient: Buffer

    private init(rows: Int, _ shape: AttentionShape) {
      output = Buffer(count: rows * shape.width)
      peaks = Buffer(count: rows * shape.heads)
      inverses = Buffer(count: rows * shape.heads)
      gradient = Buffer(count: rows * shape.projectionWidth)
    }

    init(
      _ tree: RandomTree, _ projections: Buffer, _ outputGradient: Buffer, _ shape: AttentionShape
    ) {
      let rows = tree.parents.count
      self.init(rows: rows, shape)
      let forward = Buffer(count: shape.treeForwardScratch(rows: rows, longest: tree.longest))
      treeAttentionForward(
        output.base, peaks: peaks.base, inverses: inverses.base, projections: projections.base,
        rows: rows, segments: tree.segments, longest: tree.longest, shape: shape,
        scratch: forward.base)
      let backward = Buffer(count: shape.treeBackwardScratch(rows: rows, longest: tree.longest))
      treeAttentionBackward(
        gradient.base, outputGradient: outputGradient.base, projections: projections.base,
        peaks: peaks.base, inverses: inverses.base, rows: rows, segments: tree.segments,
        longest: tree.longest, shape: shape, scratch: backward.base)
      for buffer in [output, peaks, inverses, gradient, forward, backward] {
        #expect(buffer.isIntact)
      }
    }

    init(
      chain rows: Int, _ projections: Buffer, _ outputGradient: Buffer, _ shape: AttentionShape
    ) {
      self.init(rows: rows, shape)
      let scratch = Buffer(count: shape.backwardScratch(longest: rows))
      attentionForward(
        output.base, peaks: peaks.base, inverses: inverses.base, projections: projections.base,
        starts: [0, rows], shape: shape, scratch: scratch.base)
      attentionBackward(
        gradient.base, outputGradient: outputGradient.base, projections: projections.base,
        peaks: peaks.base, inverses: inverses.base, starts: [0, rows], shape: shape,
        scratch: scratch.base)
    }
  }
}
