import Aggregator
import Statistics

/// What the cells of a pivot say of its metric: computed once for all tables of it.
struct PivotFigures: Sendable {
  let pivot: Pivot
  /// Row by row, without the places that have no cell.
  let present: [CellFigures]
  /// By row and column the place in `present`; below 0 where there is no cell.
  private let places: [Int32]

  /// - Complexity: O(n log n) in the runs; some hundred bytes for each cell.
  init(_ pivot: Pivot) {
    var summarizer = Summarizer()
    var present: [CellFigures] = []
    var places: [Int32] = []
    present.reserveCapacity(pivot.cells.count)
    places.reserveCapacity(pivot.rows.count * pivot.columns.count)
    for row in pivot.rows.indices {
      for column in pivot.columns.indices {
        guard let cell = pivot.cell(row: row, column: column) else {
          places.append(-1)
          continue
        }
        places.append(Int32(present.count))
        present.append(
          pivot.cells.figures(cell: cell, metric: pivot.metric, summarizer: &summarizer))
      }
    }
    self.pivot = pivot
    self.present = present
    self.places = places
  }

  /// The figures at a place; `nil` where the grid has no such runs.
  subscript(row: Int, column: Int) -> CellFigures? {
    let place = places[row * pivot.columns.count + column]
    return place < 0 ? nil : present[Int(place)]
  }

  /// Row and column of every cell, row by row.
  var cellPlaces: [(row: Int32, column: Int32)] {
    let columns = pivot.columns.count
    return places.indices.filter { places[$0] >= 0 }
      .map { (Int32($0 / columns), Int32($0 % columns)) }
  }
}
