import Keys

/// The runs of a plan in the order of expansion, column by column: a million of them take about 40 MB.
/// Elements are made when they are asked for.
package struct RunList: Sendable {
  package let blocks: [RunBlock]
  /// By run; empty where there is one block only.
  private let blockNumbers: [Int32]
  /// By run: its number in its block.
  private let numbers: [Int]
  /// By run: the bits of its id.
  private let identifiers: [UInt64]
  /// `stagePlaces[stageOffsets[r]..<stageOffsets[r + 1]]` are the stages of run r.
  private let stageOffsets: [Int32]
  private let stagePlaces: [Int32]
  private let stages: StageList

  /// - Precondition: the columns fit together: one block number (or none at all), number and id for
  ///   each run, and one offset more than runs.
  package init(
    blocks: [RunBlock], blockNumbers: [Int32], numbers: [Int], identifiers: [UInt64],
    stageOffsets: [Int32], stagePlaces: [Int32], stages: StageList
  ) {
    precondition(numbers.count == identifiers.count && stageOffsets.count == numbers.count + 1)
    precondition(blockNumbers.isEmpty || blockNumbers.count == numbers.count)
    self.blocks = blocks
    self.blockNumbers = blockNumbers
    self.numbers = numbers
    self.identifiers = identifiers
    self.stageOffsets = stageOffsets
    self.stagePlaces = stagePlaces
    self.stages = stages
  }

  /// Takes runs as they are: a block with one axis, whose points are the runs.
  ///
  /// - Precondition: all have as many axis values; their stages are in the list.
  package init(_ runs: some Sequence<PlannedRun>, stages: StageList) {
    let runs = Array(runs)
    let columns = (0..<(runs.first?.axisValues.count ?? 0)).map { column in
      RunBlock.Column(axis: 0, values: runs.map { $0.axisValues[column] })
    }
    let axis = RunBlock.Axis(
      slots: [0], fragments: runs.map { [Array($0.parameters.utf8.dropFirst().dropLast())] })
    var offsets: [Int32] = [0]
    var places: [Int32] = []
    for run in runs {
      for key in run.stages {
        // A stage that the plan lacks is for the job table to object to.
        places.append(stages.index(of: key).map { Int32($0) } ?? -1)
      }
      offsets.append(Int32(places.count))
    }
    self.init(
      blocks: [RunBlock(names: [""], fragments: [[]], axes: [axis], columns: columns)],
      blockNumbers: [], numbers: Array(runs.indices), identifiers: runs.map(\.id.bits),
      stageOffsets: offsets, stagePlaces: places, stages: stages)
  }

  /// The block that a run belongs to, and its number there.
  package func place(at index: Int) -> (block: Int, run: Int) {
    (blockNumbers.isEmpty ? 0 : Int(blockNumbers[index]), numbers[index])
  }

  package func id(at index: Int) -> RunID { RunID(bits: identifiers[index]) }

  /// The places of its stages in the plan's list; below 0 for one that is missing there.
  package func stagePlaces(at index: Int) -> ArraySlice<Int32> {
    stagePlaces[Int(stageOffsets[index])..<Int(stageOffsets[index + 1])]
  }

  package func axisValues(at index: Int) -> [ParameterValue] {
    let (block, run) = place(at: index)
    return blocks[block].axisValues(of: run)
  }
}

extension RunList: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { numbers.count }

  package subscript(index: Int) -> PlannedRun {
    let (block, run) = place(at: index)
    return PlannedRun(
      id: id(at: index), index: index, axisValues: blocks[block].axisValues(of: run),
      parameters: blocks[block].parameters(of: run),
      stages: stagePlaces(at: index).filter { $0 >= 0 }.map { stages.key(at: Int($0)) })
  }
}
