import GRDB
import Glibc
import Grid
import Keys

/// Puts columns together from the rows of runs and stages, without a value for each run on the way.
struct RunColumnsBuilder {
  /// A stage as it was read last.
  private struct Piece {
    let id: Int64
    let key: StageKey
    let state: StageState
    let job: JobID
    let metrics: [(metric: Int, value: Double)]
  }

  private let running: Set<JobID>
  private let finder: RunStageFinder
  private let expectedCount: Int
  private(set) var columns = RunColumns()

  /// Neighbours share stages: the last ones stand here by the end of their number.
  private var pieces = [Piece?](repeating: nil, count: 256)
  private var metricNames = NameTable()
  /// By axis: the text of its last value, and the codes of all.
  private var lastTexts: [[UInt8]] = []
  private var codes: [[[UInt8]: Int32]] = []
  // Buffers of the run that is being read.
  private var hashed: [UInt8] = []
  private var values: [Double] = []

  init(_ db: Database, running: Set<JobID>, expectedCount: Int) throws {
    self.running = running
    self.expectedCount = expectedCount
    finder = try RunStageFinder(db)
    columns.ids.reserveCapacity(expectedCount)
    columns.states.reserveCapacity(expectedCount)
  }

  var count: Int { columns.ids.count }

  /// - Parameter row: `run`, `position`, `axis_values`, `stages` and `checksum`.
  mutating func add(_ row: SQLRow) throws {
    let id = try row.runID(0)
    hashed.removeAll(keepingCapacity: true)
    hashed.append(contentsOf: id.text.utf8)
    for index in values.indices { values[index] = .nan }
    try row.withText(2) { text in
      hashed.append(contentsOf: text)
      try addAxisValues(text, id)
    }
    var state = RunStateBuilder()
    try row.withText(3) { text in
      try RunStages.forEach(in: text) { try add($0, to: &state) }
    }
    guard row.integer(4) == Checksum.of(hashed) else {
      throw RowDamage("run \(id) is not what was recorded")
    }
    columns.ids.append(id)
    columns.states.append(state.state)
    for index in values.indices { columns.metrics[index].values.append(values[index]) }
  }

  // MARK: Stages

  private mutating func add(_ stage: Int64, to state: inout RunStateBuilder) throws {
    let place = Int(truncatingIfNeeded: stage) & 255
    if pieces[place]?.id != stage { pieces[place] = try read(stage) }
    guard let piece = pieces[place] else { return }
    piece.key.digest.withBytes { hashed.append(contentsOf: $0) }
    state.add(piece.state, isRunning: !running.isEmpty && running.contains(piece.job))
    for (metric, value) in piece.metrics { values[metric] = value }
  }

  private mutating func read(_ stage: Int64) throws -> Piece {
    var names = metricNames
    let found = try finder.stage(stage) { text in
      var metrics: [(metric: Int, value: Double)] = []
      return Self.read(text, &names, &metrics) ? metrics : nil
    }
    metricNames = names
    while columns.metrics.count < metricNames.names.count {
      var earlier = [Double](repeating: .nan, count: count)
      earlier.reserveCapacity(expectedCount)
      columns.metrics.append(
        RunColumns.Metric(name: metricNames.names[columns.metrics.count], values: earlier))
      values.append(.nan)
    }
    return Piece(
      id: stage, key: found.key, state: found.state, job: found.job, metrics: found.metrics ?? [])
  }

  /// Reads an object of numbers as this program writes it.
  private static func read(
    _ text: UnsafeBufferPointer<UInt8>, _ names: inout NameTable,
    _ metrics: inout [(metric: Int, value: Double)]
  ) -> Bool {
    guard let bytes = text.baseAddress, text.count >= 2, bytes[0] == UInt8(ascii: "{") else {
      return false
    }
    if text.count == 2 { return bytes[1] == UInt8(ascii: "}") }
    var place = 1
    while place < text.count {
      guard bytes[place] == UInt8(ascii: "\"") else { return false }
      let start = place + 1
      place = start
      while place < text.count, bytes[place] != UInt8(ascii: "\"") {
        // A name with an escape in it is read by the general way.
        if bytes[place] == UInt8(ascii: "\\") { return readSlowly(text, &names, &metrics) }
        place += 1
      }
      let name = UnsafeBufferPointer(rebasing: text[start..<min(place, text.count)])
      place += 1
      guard place + 1 < text.count, bytes[place] == UInt8(ascii: ":") else { return false }
      place += 1
      guard bytes[place] &- UInt8(ascii: "0") <= 9 || bytes[place] == UInt8(ascii: "-") else {
        return false
      }
      // SQLite ends a text with a zero byte, and strtod stops at the comma or brace before it.
      var end: UnsafeMutablePointer<CChar>?
      let number = bytes.withMemoryRebound(to: CChar.self, capacity: text.count) {
        strtod($0 + place, &end)
      }
      guard let end, number.isFinite else { return false }
      place = UnsafeRawPointer(end) - UnsafeRawPointer(bytes)
      metrics.append((names.number(of: name, near: metrics.last?.metric), number))
      guard place < text.count else { return false }
      if bytes[place] == UInt8(ascii: "}") { return place == text.count - 1 }
      guard bytes[place] == UInt8(ascii: ",") else { return false }
      place += 1
    }
    return false
  }

  private static func readSlowly(
    _ text: UnsafeBufferPointer<UInt8>, _ names: inout NameTable,
    _ metrics: inout [(metric: Int, value: Double)]
  ) -> Bool {
    guard let members = FlatJSON.numbers(String(decoding: text, as: UTF8.self)) else {
      return false
    }
    metrics = members.map { name, value in
      (Array(name.utf8).withUnsafeBufferPointer { names.number(of: $0, near: nil) }, value)
    }
    return true
  }

  // MARK: Axes

  private mutating func addAxisValues(_ text: UnsafeBufferPointer<UInt8>, _ id: RunID) throws {
    guard text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]")
    else { throw RowDamage("the axis values of run \(id) are not a JSON array") }
    var axis = 0
    var start = 1
    var place = 1
    var isQuoted = false
    while place < text.count, text.count > 2 {
      let byte = text[place]
      if isQuoted {
        if byte == UInt8(ascii: "\\") { place += 1 }
        if byte == UInt8(ascii: "\"") { isQuoted = false }
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = true
      } else if byte == UInt8(ascii: ",") || place == text.count - 1 {
        try addValue(UnsafeBufferPointer(rebasing: text[start..<place]), axis: axis, id)
        axis += 1
        start = place + 1
      }
      place += 1
    }
    guard axis == columns.axes.count else {
      throw RowDamage("run \(id) has \(axis) axis values, others have \(columns.axes.count)")
    }
  }

  private mutating func addValue(
    _ text: UnsafeBufferPointer<UInt8>, axis: Int, _ id: RunID
  ) throws {
    if axis == columns.axes.count {
      guard count == 0 else {
        throw RowDamage("run \(id) has more axis values than others")
      }
      columns.axes.append(RunColumns.Axis())
      columns.axes[axis].codes.reserveCapacity(expectedCount)
      lastTexts.append([])
      codes.append([:])
    }
    // Neighbours in the order of expansion share most of their values.
    if let last = columns.axes[axis].codes.last, lastTexts[axis].elementsEqual(text) {
      columns.axes[axis].codes.append(last)
      return
    }
    let bytes = Array(text)
    lastTexts[axis] = bytes
    if let known = codes[axis][bytes] {
      columns.axes[axis].codes.append(known)
      return
    }
    guard let value = FlatJSON.array("[" + String(decoding: text, as: UTF8.self) + "]")?.first
    else { throw RowDamage("the axis values of run \(id) are not a JSON array") }
    let code = Int32(columns.axes[axis].values.count)
    codes[axis][bytes] = code
    columns.axes[axis].values.append(value)
    columns.axes[axis].codes.append(code)
  }
}

/// Numbers for names, in the order of their coming.
struct NameTable {
  private(set) var names: [String] = []
  private var bytes: [[UInt8]] = []

  /// - Parameter near: the number that was asked for before: names mostly come in one order.
  mutating func number(of name: UnsafeBufferPointer<UInt8>, near: Int?) -> Int {
    let guess = near.map { $0 + 1 } ?? 0
    if guess < bytes.count, bytes[guess].elementsEqual(name) { return guess }
    if let known = bytes.firstIndex(where: { $0.elementsEqual(name) }) { return known }
    bytes.append(Array(name))
    names.append(String(decoding: name, as: UTF8.self))
    return names.count - 1
  }
}
