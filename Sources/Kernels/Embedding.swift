/// output (tokens.count × width) = the rows of the table (vocabulary × width) that the tokens name.
///
/// - Precondition: every token is in `0 ..< vocabulary`.
package func embeddingForward(
  _ output: UnsafeMutablePointer<Float>, tokens: [Int32], table: UnsafePointer<Float>,
  vocabulary: Int, width: Int
) {
  for (row, token) in tokens.enumerated() {
    precondition(
      token >= 0 && token < vocabulary, "token \(token) of a vocabulary of \(vocabulary)")
    (output + row * width).update(from: table + Int(token) * width, count: width)
  }
}

/// tableGradient (vocabulary × width) += the rows of outputGradient, each at its token's row.
package func embeddingBackward(
  _ tableGradient: UnsafeMutablePointer<Float>, tokens: [Int32],
  outputGradient: UnsafePointer<Float>, width: Int
) {
  for (row, token) in tokens.enumerated() {
    addRow(tableGradient + Int(token) * width, outputGradient + row * width, width: width)
  }
}

/// output (rows.count × width) = the rows of the input that `rows` names.
package func gatherRows(
  _ output: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, rows: [Int], width: Int
) {
  for (to, from) in rows.enumerated() {
    (output + to * width).update(from: input + from * width, count: width)
  }
}

/// output (all rows × width), zero but for the rows that `rows` names, which get those of the input
/// (rows.count × width).
package func scatterRows(
  _ output: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, rows: [Int], allRows: Int,
  width: Int
) {
  output.update(repeating: 0, count: allRows * width)
  for (from, to) in rows.enumerated() {
    addRow(output + to * width, input + from * width, width: width)
  }
}

/// The inverse of `gatherRows` for a permutation: row `rows[i]` of the output is row i of the input.
package func placeRows(
  _ output: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, rows: [Int], width: Int
) {
  for (from, to) in rows.enumerated() {
    (output + to * width).update(from: input + from * width, count: width)
  }
}

@inline(__always)
private func addRow(
  _ sum: UnsafeMutablePointer<Float>, _ row: UnsafePointer<Float>, width: Int
) {
  forEachVector(width) { i in
    (Vector.load(sum + i) + .load(row + i)).store(sum + i)
  } tail: { i, mask in
    (Vector.load(sum + i, mask) + .load(row + i, mask)).store(sum + i, mask)
  }
}
