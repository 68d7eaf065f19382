import Grid
import JobTable

/// How full the cells of a grid are: kept up to date by what is completed, or as they were at one instant.
struct CellFill: Sendable {
  struct Cell: Hashable, Sendable {
    var total = 0
    var done = 0
    var failed = 0
  }

  /// In the order of expansion.
  private(set) var cells: [Cell] = []
  /// The cells as a table: labels of the rows, and for each row its cells by column; `nil` where a row or
  /// column has none.
  private(set) var rows: [(label: String, cells: [Int?])] = []
  /// The axes of the table's rows and of its columns, the slowest first.
  private(set) var down: [String] = []
  private(set) var across: [String] = []

  /// By run.
  private var cellOfRun: [Int32] = []
  /// How many of its stages are not done; `failed` once one of them has failed.
  private var missing: [UInt32] = []
  private static let failed = UInt32.max
  /// The runs that wait for a stage that is not done, and those that wait for one of a job.
  private var runsOfStage: [StageKey: [Int32]] = [:]
  private var runsOfJob: [JobID: [Int32]] = [:]

  /// Grids with more runs are not followed run by run, for the memory that it takes; they are looked at
  /// from time to time.
  static let runLimit = 50_000

  /// - Complexity: O(runs × stages a run), some microseconds each.
  init(of grid: GridRecord, in reader: JobTableReader) throws {
    var layout = CellLayout(grid.specification)
    try reader.forEachRunStage(in: grid.name) { stage in
      let run: Int32
      if let values = stage.axisValues {
        run = Int32(cellOfRun.count)
        let cell = layout.cell(of: values)
        if cell == cells.count { cells.append(Cell()) }
        cells[cell].total += 1
        cellOfRun.append(Int32(cell))
        missing.append(0)
      } else {
        run = Int32(cellOfRun.count - 1)
      }
      switch stage.state {
      case .done: break
      case .open:
        // A run that has failed stays so, whatever else it waits for.
        if missing[Int(run)] != Self.failed { missing[Int(run)] += 1 }
        runsOfStage[stage.stage, default: []].append(run)
        runsOfJob[stage.job, default: []].append(run)
      case .failed:
        missing[Int(run)] = Self.failed
      }
    }
    for run in missing.indices {
      if missing[run] == 0 { cells[Int(cellOfRun[run])].done += 1 }
      if missing[run] == Self.failed { cells[Int(cellOfRun[run])].failed += 1 }
    }
    arrange(by: layout)
  }

  /// As the cells are now; what is completed later changes nothing.
  ///
  /// - Complexity: O(runs × axes), two to four microseconds each.
  init(now grid: GridRecord, in reader: JobTableReader) throws {
    let columns = try reader.columns(of: grid.name)
    let specification = grid.specification
    var layout = CellLayout(specification)
    let axes = columns.axes.indices.filter {
      specification.axes[$0].name != specification.replicateAxis
    }
    let widths = axes.map { columns.axes[$0].values.count }
    let isNarrow = widths.reduce(1.0) { $0 * Double($1) } < 0x1p62
    var cellOfKey: [Int: Int] = [:]
    for run in columns.states.indices {
      var key = 0
      for (axis, width) in zip(axes, widths) where isNarrow {
        key = key * width + Int(columns.axes[axis].codes[run])
      }
      let cell: Int
      if isNarrow, let known = cellOfKey[key] {
        cell = known
      } else {
        cell = layout.cell(of: columns.axes.map { $0.values[Int($0.codes[run])] })
        if cell == cells.count { cells.append(Cell()) }
        cellOfKey[key] = cell
      }
      cells[cell].total += 1
      switch columns.states[run] {
      case .done: cells[cell].done += 1
      case .failed: cells[cell].failed += 1
      case .pending, .running: break
      }
    }
    arrange(by: layout)
  }

  private mutating func arrange(by layout: CellLayout) {
    rows = layout.rows
    (down, across) = layout.names
  }

  mutating func complete(_ stage: StageKey) {
    for run in runsOfStage.removeValue(forKey: stage) ?? [] where missing[Int(run)] != Self.failed {
      missing[Int(run)] -= 1
      if missing[Int(run)] == 0 { cells[Int(cellOfRun[Int(run)])].done += 1 }
    }
  }

  mutating func fail(_ job: JobID) {
    for run in runsOfJob.removeValue(forKey: job) ?? [] {
      guard missing[Int(run)] > 0, missing[Int(run)] != Self.failed else { continue }
      missing[Int(run)] = Self.failed
      cells[Int(cellOfRun[Int(run)])].failed += 1
    }
  }

  var complete: Int { cells.count { $0.done == $0.total } }
}

/// Where cells stand in a table: the axes that the report has as rows go down, all others across.
private struct CellLayout {
  private let down: [Int]
  private let across: [Int]
  /// The names of both.
  let names: (down: [String], across: [String])
  private var places: [[ParameterValue]: Int] = [:]
  private var rowNumbers: [[ParameterValue]: Int] = [:]
  private var columnNumbers: [[ParameterValue]: Int] = [:]
  private var entries: [(row: Int, column: Int)] = []
  private var labels: [String] = []

  init(_ specification: GridSpecification) {
    let axes = specification.axes.indices.filter {
      specification.axes[$0].name != specification.replicateAxis
    }
    let named = axes.filter { specification.report.rows.contains(specification.axes[$0].name) }
    let down = named.isEmpty ? Array(axes.prefix(1)) : named
    across = axes.filter { !down.contains($0) }
    self.down = down
    names = (down.map { specification.axes[$0].name }, across.map { specification.axes[$0].name })
  }

  /// The number of the cell that a run belongs to: the next one for a new cell.
  mutating func cell(of values: [ParameterValue]) -> Int {
    let row = down.map { values[$0] }
    let column = across.map { values[$0] }
    if let known = places[row + column] { return known }
    if rowNumbers[row] == nil {
      rowNumbers[row] = labels.count
      labels.append(row.map(\.description).joined(separator: " "))
    }
    if columnNumbers[column] == nil { columnNumbers[column] = columnNumbers.count }
    entries.append((rowNumbers[row] ?? 0, columnNumbers[column] ?? 0))
    places[row + column] = entries.count - 1
    return entries.count - 1
  }

  var rows: [(label: String, cells: [Int?])] {
    var rows = labels.map { label in
      (label: label, cells: [Int?](repeating: nil, count: columnNumbers.count))
    }
    for (cell, entry) in entries.enumerated() { rows[entry.row].cells[entry.column] = cell }
    return rows
  }
}
