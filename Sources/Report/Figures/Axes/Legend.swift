/// The key to the series of a plot, in rows above it.
struct Legend {
  struct Entry {
    let label: String
    let style: SeriesStyle
  }

  /// What the series differ in.
  let title: String
  let entries: [Entry]

  private static let swatch = 12.0
  private static let gap = 8.0
  private static let rowHeight = 10.5

  /// How high the rows are, with the space below them.
  func height(width: Double) -> Double {
    entries.isEmpty ? 0 : Double(rows(width: width).count) * Self.rowHeight + 2
  }

  /// Paints the legend with its upper left corner at the point.
  func paint(at corner: Point, width: Double, on canvas: inout SVGCanvas) {
    let size = FigureStyle.tickSize
    for (row, items) in rows(width: width).enumerated() {
      let baseline = corner.y + Double(row) * Self.rowHeight + 7.5
      for item in items {
        let x = corner.x + item.x
        guard let entry = item.entry else {
          canvas.text(FigureLabel(item.text), at: Point(x: x, y: baseline), "muted")
          continue
        }
        let middle = baseline - size * 0.36
        canvas.group(entry.style.style) { canvas in
          canvas.line(
            Point(x: x, y: middle), Point(x: x + Self.swatch - 3, y: middle), "line")
          canvas.mark(
            entry.style.mark, at: Point(x: x + (Self.swatch - 3) / 2, y: middle), radius: 1.9,
            "mark")
        }
        canvas.text(FigureLabel(item.text), at: Point(x: x + Self.swatch, y: baseline), "")
      }
    }
  }

  private struct Item {
    let x: Double
    let text: String
    /// `nil` for the title.
    let entry: Entry?
  }

  private func rows(width: Double) -> [[Item]] {
    let size = FigureStyle.tickSize
    var rows: [[Item]] = []
    var row: [Item] = []
    var x = 0.0
    func place(_ text: String, _ entry: Entry?, indent: Double) {
      let room = width - indent
      let text = TextMetrics.fitted(DisplayText.printable(text), size: size, width: room)
      let needed = indent + TextMetrics.width(text, size: size)
      if !row.isEmpty, x + needed > width {
        rows.append(row)
        row = []
        x = 0
      }
      row.append(Item(x: x, text: text, entry: entry))
      x += needed + Self.gap
    }
    place(title, nil, indent: 0)
    for entry in entries { place(entry.label, entry, indent: Self.swatch) }
    return rows + [row]
  }
}
