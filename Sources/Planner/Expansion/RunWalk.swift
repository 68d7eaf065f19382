import Grid

/// Takes the runs of a plan through the walk, one after the other.
struct RunWalk {
  private let slots: ParameterSlots
  private var walk: StageWalk
  /// `places[offsets[r]..<offsets[r + 1]]` are the stages of run r.
  private(set) var offsets: [Int32] = [0]
  private(set) var places: [Int32] = []

  init(_ program: ProgramDescription, slots: ParameterSlots) {
    self.slots = slots
    walk = StageWalk(program, slots: slots)
  }

  /// - Parameters:
  ///   - blockNumbers: by run, its block; empty where there is one.
  ///   - numbers: by run, its number in its block.
  mutating func walk(_ blocks: [CompiledBlock], _ blockNumbers: [Int32], _ numbers: [Int]) {
    offsets.reserveCapacity(numbers.count + 1)
    places.reserveCapacity(numbers.count)
    var current: Int?
    var points: [Int] = []
    var strides: [Int] = []
    var values: [ParameterValue?] = []
    var fragments: [[UInt8]] = []
    for (index, run) in numbers.enumerated() {
      let number = blockNumbers.isEmpty ? 0 : Int(blockNumbers[index])
      let block = blocks[number]
      if number != current {
        current = number
        walk.enter(block)
        // No axis stands at any point yet.
        points = Array(repeating: -1, count: block.axes.count)
        strides = Array(repeating: 1, count: block.axes.count)
        for axis in block.axes.indices.dropLast().reversed() {
          strides[axis] = strides[axis + 1] * block.axes[axis + 1].points.count
        }
        values = block.values
        fragments = block.values.indices.map { slots.fragment($0, block.values[$0]) }
      }
      for axis in points.indices {
        let point = run / strides[axis] % block.axes[axis].points.count
        if point == points[axis] { continue }
        points[axis] = point
        for (position, slot) in block.axes[axis].slots.enumerated() {
          values[slot] = block.axes[axis].points[point].values[position]
          fragments[slot] = block.axes[axis].points[point].fragments[position]
        }
      }
      walk.walk(points: points, values: values, fragments: fragments, into: &places)
      offsets.append(Int32(places.count))
    }
  }

  var stages: StageList { walk.finished }
  var sharing: [StageSharing] { walk.sharing }
  var overlong: (schedule: String, steps: Int)? { walk.overlong }
}
