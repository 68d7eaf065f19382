// The one matrix product of the engine, C = initial + A·B, in three shapes of use: forward
// (rows × inputs · inputs × outputs), gradient of the input, and gradient of the weight.
//
// Every element of C is one chain of fused multiply-adds over the depth, in ascending order,
// whatever the shape of the call and however it is cut into tiles. So a row of a result depends on
// the same row of A alone: the logits of a sequence do not change with the batch around it, and a
// token computed with a key-value cache equals to the last bit the one of a full forward pass.

/// Columns that a tile handles at once; B is best laid out in panels of so many columns.
let panelColumns = 16

/// Where an operand lies: row i, column j of A at base + i·row + j·step.
struct LeftOperand {
  var base: UnsafePointer<Float>
  var row: Int
  var step: Int
}

/// B in panels of 16 columns: row k of panel p at base + k·row + p·panel. A row-major matrix has
/// panels too, 16 floats apart.
struct RightOperand {
  var base: UnsafePointer<Float>
  var row: Int
  var panel: Int
}

/// C, addressed like B.
struct Output {
  var base: UnsafeMutablePointer<Float>
  var row: Int
  var panel: Int
}

/// What C starts from, addressed with its own row stride (0 repeats one row: a bias) and C's panels;
/// zero where there is no base.
struct Initial {
  var base: UnsafePointer<Float>?
  var row: Int
}

/// C (`rows` × `columns`) = initial + A (`rows` × `depth`) · B (`depth` × `columns`).
///
/// May read up to 15 floats behind a row of B. One of `a.row`, `a.step` is 1.
func multiply(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  if a.step == 1 {
    multiplyRowMajor(c, initial, a, b, rows: rows, columns: columns, depth: depth)
  } else if rows >= 96 && b.panel == panelColumns {
    multiplyPacking(c, initial, a, b, rows: rows, columns: columns, depth: depth)
  } else {
    multiplyColumnMajor(c, initial, a, b, rows: rows, columns: columns, depth: depth)
  }
}

/// Row-major A: blocks of depth such that a panel of B fits half the first-level cache, and of rows
/// such that the block of A fits the second level.
private func multiplyRowMajor(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  let blockDepth = evenBlock(of: depth, atMost: 320)
  let blockRows = 120
  var done = 0
  repeat {
    let part = min(blockDepth, depth - done)
    let initial = done == 0 ? initial : .result(c)
    var row = 0
    while row < rows {
      let some = min(blockRows, rows - row)
      rowMajorBlock(
        c.advanced(rows: row, panels: 0), initial.advanced(by: row * initial.row),
        a.advanced(rows: row).advanced(depth: done), b.advanced(depth: done), rows: some,
        columns: columns, depth: part)
      row += some
    }
    done += part
  } while done < depth
}

/// The length of blocks of about equal size.
private func evenBlock(of count: Int, atMost limit: Int) -> Int {
  let blocks = max(1, (count + limit - 1) / limit)
  return max(1, (count + blocks - 1) / blocks)
}

/// Blocks of depth for a transposed A: both operands are read across their rows, so less of them
/// stays in the first-level cache.
private let transposedDepth = 128

private func multiplyColumnMajor(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  var done = 0
  repeat {
    let part = min(transposedDepth, depth - done)
    columnMajorBlock(
      c, done == 0 ? initial : .result(c), a.advanced(depth: done), b.advanced(depth: done),
      rows: rows, columns: columns, depth: part)
    done += part
  } while done < depth
}

/// As `multiplyColumnMajor`, for a row-major B and so many rows that it pays to copy each panel of B
/// together first.
private func multiplyPacking(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  let size = transposedDepth * panelColumns * MemoryLayout<Float>.stride
  withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { raw in
    let packed = raw.baseAddress!.assumingMemoryBound(to: Float.self)
    let right = RightOperand(base: packed, row: panelColumns, panel: 0)
    var done = 0
    repeat {
      let part = min(transposedDepth, depth - done)
      let initial = done == 0 ? initial : .result(c)
      var panel = 0
      while panel * panelColumns < columns {
        let source = b.advanced(panels: panel).advanced(depth: done)
        for k in 0..<part {
          Vector.load(source.base + k * source.row).store(packed + k * panelColumns)
          Vector.load(source.base + k * source.row + 8).store(packed + k * panelColumns + 8)
        }
        columnMajorBlock(
          c.advanced(panels: panel), initial.advanced(by: panel * c.panel),
          a.advanced(depth: done), right, rows: rows,
          columns: min(panelColumns, columns - panel * panelColumns), depth: part)
        panel += 1
      }
      done += part
    } while done < depth
  }
}

extension LeftOperand {
  @inline(__always)
  func advanced(rows: Int) -> Self { Self(base: base + rows * row, row: row, step: step) }
  @inline(__always)
  func advanced(depth: Int) -> Self { Self(base: base + depth * step, row: row, step: step) }
}

extension RightOperand {
  @inline(__always)
  func advanced(panels: Int) -> Self { Self(base: base + panels * panel, row: row, panel: panel) }
  @inline(__always)
  func advanced(depth: Int) -> Self { Self(base: base + depth * row, row: row, panel: panel) }
}

extension Output {
  @inline(__always)
  func advanced(panels: Int) -> Self { Self(base: base + panels * panel, row: row, panel: panel) }
  @inline(__always)
  func advanced(rows: Int, panels: Int) -> Self {
    Self(base: base + rows * row + panels * panel, row: row, panel: panel)
  }
}

extension Initial {
  static var zero: Initial { Initial(base: nil, row: 0) }
  /// To go on with what C holds.
  static func result(_ c: Output) -> Initial { Initial(base: UnsafePointer(c.base), row: c.row) }
  @inline(__always)
  func advanced(by offset: Int) -> Self { Self(base: base.map { $0 + offset }, row: row) }
}
