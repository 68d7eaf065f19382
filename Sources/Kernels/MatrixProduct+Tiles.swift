import CShims

// The tiles of `multiply`: blocks of C that stay in registers while the depth goes by. Written once,
// for all numbers of rows and vectors; each use is specialised.

/// `rows` × 8·`vectors` elements of C, held in registers.
@inline(__always)
private func tile<let rows: Int, let vectors: Int>(
  _: InlineArray<rows, InlineArray<vectors, Vector>>.Type,
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, depth: Int
) {
  var sums = InlineArray<rows, InlineArray<vectors, Vector>>(repeating: .init(repeating: .zero))
  if let base = initial.base {
    for i in 0..<rows {
      for j in 0..<vectors {
        sums[unchecked: i][unchecked: j] = .load(
          base + i * initial.row + (j / 2) * c.panel + 8 * (j % 2))
      }
    }
  }
  var left = a.base
  var right = b.base
  for _ in 0..<depth {
    var row = InlineArray<vectors, Vector>(repeating: .zero)
    for j in 0..<vectors {
      row[unchecked: j] = .load(right + (j / 2) * b.panel + 8 * (j % 2))
    }
    for i in 0..<rows {
      let factor = Vector(repeating: left[i * a.row])
      for j in 0..<vectors {
        sums[unchecked: i][unchecked: j].addProduct(factor, row[unchecked: j])
      }
    }
    left += a.step
    right += b.row
  }
  for i in 0..<rows {
    for j in 0..<vectors {
      sums[unchecked: i][unchecked: j].store(c.base + i * c.row + (j / 2) * c.panel + 8 * (j % 2))
    }
  }
}

/// The last panel, of fewer than 16 columns: as `tile`, writing C and reading its start under masks.
@inline(__always)
private func edgeTile<let rows: Int>(
  _: InlineArray<rows, Vector>.Type,
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, depth: Int, columns: Int
) {
  let lowMask = LaneMask.first(columns)
  let highMask = LaneMask.first(columns - 8)
  var low = InlineArray<rows, Vector>(repeating: .zero)
  var high = InlineArray<rows, Vector>(repeating: .zero)
  if let base = initial.base {
    for i in 0..<rows {
      low[unchecked: i] = .load(base + i * initial.row, lowMask)
      high[unchecked: i] = .load(base + i * initial.row + 8, highMask)
    }
  }
  var left = a.base
  var right = b.base
  for _ in 0..<depth {
    let first = Vector.load(right)
    let second = Vector.load(right + 8)
    for i in 0..<rows {
      let factor = Vector(repeating: left[i * a.row])
      low[unchecked: i].addProduct(factor, first)
      high[unchecked: i].addProduct(factor, second)
    }
    left += a.step
    right += b.row
  }
  for i in 0..<rows {
    low[unchecked: i].store(c.base + i * c.row, lowMask)
    high[unchecked: i].store(c.base + i * c.row + 8, highMask)
  }
}

/// `rows` rows of C over all columns, so many panels at a time that the registers are full.
@inline(__always)
private func stripe<let rows: Int, let vectors: Int>(
  _ shape: InlineArray<rows, InlineArray<vectors, Vector>>.Type,
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, columns: Int, depth: Int
) {
  let panels = columns / panelColumns
  var panel = 0
  while panel + vectors / 2 <= panels {
    tile(
      shape, c.advanced(panels: panel), initial.advanced(by: panel * c.panel), a,
      b.advanced(panels: panel), depth: depth)
    panel += vectors / 2
  }
  // The rest, together too: a lone panel would wait for each of its sums.
  let out = c.advanced(panels: panel)
  let start = initial.advanced(by: panel * c.panel)
  let right = b.advanced(panels: panel)
  let rest = panels - panel
  if vectors > 6 && rest == 3 {
    tile(InlineArray<rows, InlineArray<6, Vector>>.self, out, start, a, right, depth: depth)
  } else if vectors > 4 && rest == 2 {
    tile(InlineArray<rows, InlineArray<4, Vector>>.self, out, start, a, right, depth: depth)
  } else if vectors > 2 && rest == 1 {
    tile(InlineArray<rows, InlineArray<2, Vector>>.self, out, start, a, right, depth: depth)
  }
  if columns % panelColumns != 0 {
    edgeTile(
      InlineArray<rows, Vector>.self, c.advanced(panels: panels),
      initial.advanced(by: panels * c.panel), a, b.advanced(panels: panels), depth: depth,
      columns: columns % panelColumns)
  }
}

/// C = initial + A·B for a block of rows and of depth that fits the near caches.
@inline(__always)
private func block(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  let panels = columns / panelColumns
  let full = rows - rows % 6
  for panel in 0..<panels {
    let right = b.advanced(panels: panel)
    var row = 0
    while row < full {
      tile(
        InlineArray<6, InlineArray<2, Vector>>.self, c.advanced(rows: row, panels: panel),
        initial.advanced(by: row * initial.row + panel * c.panel), a.advanced(rows: row), right,
        depth: depth)
      row += 6
    }
  }
  if columns % panelColumns != 0 {
    var row = 0
    while row < full {
      edgeTile(
        InlineArray<6, Vector>.self, c.advanced(rows: row, panels: panels),
        initial.advanced(by: row * initial.row + panels * c.panel), a.advanced(rows: row),
        b.advanced(panels: panels), depth: depth, columns: columns % panelColumns)
      row += 6
    }
  }
  let left = a.advanced(rows: full)
  let out = c.advanced(rows: full, panels: 0)
  let start = initial.advanced(by: full * initial.row)
  switch rows - full {
  case 5:
    stripe(
      InlineArray<5, InlineArray<2, Vector>>.self, out, start, left, b, columns: columns,
      depth: depth)
  case 4:
    stripe(
      InlineArray<4, InlineArray<2, Vector>>.self, out, start, left, b, columns: columns,
      depth: depth)
  case 3:
    stripe(
      InlineArray<3, InlineArray<4, Vector>>.self, out, start, left, b, columns: columns,
      depth: depth)
  case 2:
    stripe(
      InlineArray<2, InlineArray<6, Vector>>.self, out, start, left, b, columns: columns,
      depth: depth)
  case 1:
    stripe(
      InlineArray<1, InlineArray<8, Vector>>.self, out, start, left, b, columns: columns,
      depth: depth)
  default:
    break
  }
}

/// A block whose A is row-major (`a.step` is 1).
func rowMajorBlock(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  if Width.isWide {
    espalier_wide_row_major(wide(c, initial, a, b, depth: depth), rows, columns)
  } else {
    narrowRowMajorBlock(c, initial, a, b, rows: rows, columns: columns, depth: depth)
  }
}

/// A block whose A is the transpose of a row-major matrix (`a.row` is 1).
func columnMajorBlock(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  if Width.isWide {
    espalier_wide_column_major(wide(c, initial, a, b, depth: depth), rows, columns)
  } else {
    narrowColumnMajorBlock(c, initial, a, b, rows: rows, columns: columns, depth: depth)
  }
}

/// The matrix products as provenance names them.
package enum ProductKind {
  /// The instructions that this processor's products use.
  package static var instructions: String { Width.isWide ? "AVX-512" : "AVX2 and FMA" }
}

/// Which of two ways to the same bits products go.
enum Width {
  /// Whether the processor has AVX-512, whose registers hold a panel's row each.
  static let isWide = espalier_cpu_has_avx512() != 0
}

private func wide(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, depth: Int
) -> espalier_wide_block {
  espalier_wide_block(
    c: c.base, c_row: c.row, c_panel: c.panel, initial: initial.base, initial_row: initial.row,
    a: a.base, a_row: a.row, a_step: a.step, b: b.base, b_row: b.row, b_panel: b.panel,
    depth: depth)
}

func narrowRowMajorBlock(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  let left = LeftOperand(base: a.base, row: a.row, step: 1)
  block(c, initial, left, b, rows: rows, columns: columns, depth: depth)
}

func narrowColumnMajorBlock(
  _ c: Output, _ initial: Initial, _ a: LeftOperand, _ b: RightOperand, rows: Int, columns: Int,
  depth: Int
) {
  let left = LeftOperand(base: a.base, row: 1, step: a.step)
  block(c, initial, left, b, rows: rows, columns: columns, depth: depth)
}
