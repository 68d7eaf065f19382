/// A row-major matrix of floats somewhere in an arena: a view that owns nothing and stays valid
/// until its owner says otherwise. Rows follow each other without padding.
package struct Matrix {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int

  package init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
  }

  package var count: Int { rows * columns }

  /// The elements of one row.
  ///
  /// - Precondition: `0 <= row < rows`.
  package subscript(row row: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(row >= 0 && row < rows, "row \(row) of a matrix of \(rows) rows")
    return UnsafeMutableBufferPointer(start: base + row * columns, count: columns)
  }
}
