import Grid

/// What the rows of some runs that follow each other say.
struct RunContents: Sendable {
  struct Content {
    /// How many of its stages are not done, and how many have failed.
    var missing: Int32 = 0
    var failed: Int32 = 0
    /// Whether it has parameters of its own.
    var hasOwn = false
    var checksum: Int64 = 0
    /// Where its texts end.
    var ends: (axisValues: Int, stages: Int, own: Int) = (0, 0, 0)
  }

  enum Text {
    case axisValues, stages, own
  }

  private(set) var range = 0..<0
  private var contents: [Content] = []
  private var texts: [UInt8] = []
  /// What a run's checksum is over, in the making.
  private var hashed: [UInt8] = []

  /// So many runs at a time.
  private static let size = 2_048

  /// Makes the contents of a plan's runs in their order.
  ///
  /// - Parameters:
  ///   - rows: by stage of the plan: its row.
  ///   - states: its state.
  static func feed(_ plan: Plan, rows: [Int64], states: [StageState]) -> Feed<RunContents> {
    let runs = plan.runs
    let stages = plan.stages
    return Feed { hand in
      for start in stride(from: 0, to: runs.count, by: size) {
        var piece = RunContents()
        for index in start..<min(start + size, runs.count) {
          try piece.append(index, runs, stages, rows: rows, states: states)
        }
        piece.range = start..<min(start + size, runs.count)
        try hand(piece)
      }
    }
  }

  func content(of run: Int) -> Content { contents[run - range.lowerBound] }

  func withText(_ text: Text, of run: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    let place = run - range.lowerBound
    let ends = contents[place].ends
    let bytes =
      switch text {
      case .axisValues: (place > 0 ? contents[place - 1].ends.own : 0)..<ends.axisValues
      case .stages: ends.axisValues..<ends.stages
      case .own: ends.stages..<ends.own
      }
    texts.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
  }

  private mutating func append(
    _ index: Int, _ runs: RunList, _ list: StageList, rows: [Int64], states: [StageState]
  ) throws {
    let id = runs.id(at: index)
    let place = runs.place(at: index)
    var content = Content()
    let start = texts.count
    runs.blocks[place.block].writeAxisValues(of: place.run, to: &texts)
    content.ends.axisValues = texts.count
    hashed.removeAll(keepingCapacity: true)
    hashed.append(contentsOf: id.text.utf8)
    hashed.append(contentsOf: texts[start...])
    texts.append(UInt8(ascii: "["))
    for stage in runs.stagePlaces(at: index) {
      guard stage >= 0 else {
        throw JobTableError.brokenPlan("run \(id) needs a stage that the plan lacks")
      }
      if texts.count > content.ends.axisValues + 1 { texts.append(UInt8(ascii: ",")) }
      Self.write(rows[Int(stage)], to: &texts)
      list.key(at: Int(stage)).digest.withBytes { hashed.append(contentsOf: $0) }
      switch states[Int(stage)] {
      case .done: break
      case .open: content.missing += 1
      case .failed:
        content.missing += 1
        content.failed += 1
      }
    }
    guard texts.count > content.ends.axisValues + 1 else {
      throw JobTableError.brokenPlan("run \(id) has no stage")
    }
    texts.append(UInt8(ascii: "]"))
    content.ends.stages = texts.count
    content.checksum = Checksum.of(hashed)
    if let own = runs.blocks[place.block].ownParameters(of: place.run) {
      content.hasOwn = true
      texts += own
    }
    content.ends.own = texts.count
    contents.append(content)
  }

  private static func write(_ number: Int64, to text: inout [UInt8]) {
    let start = text.count
    var rest = number
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    text[start...].reverse()
  }
}
