/// Lines that were drawn at the cursor, to be drawn over or taken away. The cursor stands behind the last
/// of them.
struct ScreenFrame: Hashable {
  /// Columns that each line takes.
  private let widths: [Int]

  init(_ lines: [StyledLine]) {
    widths = lines.map(\.width)
  }

  /// What draws `lines` over the frame before.
  ///
  /// - Parameter columns: of the terminal now; a narrower one than before has broken its lines anew.
  static func drawing(
    _ lines: [StyledLine], over before: ScreenFrame?, columns: Int, colours: Bool
  ) -> String {
    (before?.start(columns: columns) ?? "\r")
      + lines.map { (colours ? $0.coloured : $0.plain) + "\u{1B}[K" }.joined(separator: "\n")
      + "\u{1B}[J"
  }

  /// What takes the frame away, with the cursor where it began.
  func removal(columns: Int) -> String { start(columns: columns) + "\u{1B}[J" }

  private func start(columns: Int) -> String {
    let rows = widths.reduce(0) { $0 + max(1, ($1 + max(1, columns) - 1) / max(1, columns)) }
    return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
  }
}
