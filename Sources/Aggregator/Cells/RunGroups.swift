/// The runs of a table, grouped by the values of some of its axes.
struct RunGroups: Sendable {
  /// The axes that the runs of a group agree on.
  let axes: [Int]
  /// `members[offsets[g]..<offsets[g + 1]]` are the runs of group g.
  private let offsets: [Int32]
  private let members: [Int32]

  /// Groups the runs; both the groups and the runs in them keep the order of the table.
  ///
  /// - Complexity: O(runs × axes).
  init(_ table: RunTable, by axes: [Int]) {
    self.axes = axes
    let (groupOfRun, groupCount) = Self.number(table, by: axes)
    var offsets = [Int32](repeating: 0, count: groupCount + 1)
    for group in groupOfRun { offsets[Int(group) + 1] += 1 }
    for group in 0..<groupCount { offsets[group + 1] += offsets[group] }
    var next = offsets
    var members = [Int32](repeating: 0, count: table.count)
    for (run, group) in groupOfRun.enumerated() {
      members[Int(next[Int(group)])] = Int32(run)
      next[Int(group)] += 1
    }
    self.offsets = offsets
    self.members = members
  }

  /// For every run the number of its group; groups are numbered by their first appearance.
  ///
  /// - Complexity: O(runs × axes).
  static func number(_ table: RunTable, by axes: [Int]) -> (groupOfRun: [Int32], count: Int) {
    var groupOfRun = [Int32](repeating: 0, count: table.count)
    var groupCount = table.count == 0 ? 0 : 1
    for axis in axes {
      refine(&groupOfRun, &groupCount, by: table.axes[axis])
    }
    return (groupOfRun, groupCount)
  }

  /// The number of groups.
  var count: Int { offsets.count - 1 }

  /// The runs of a group, in the order of the table.
  subscript(group: Int) -> ArraySlice<Int32> {
    members[Int(offsets[group])..<Int(offsets[group + 1])]
  }

  /// Splits groups by one more axis and numbers the parts by their first appearance.
  private static func refine(
    _ groupOfRun: inout [Int32], _ groupCount: inout Int, by axis: RunTable.Axis
  ) {
    let width = axis.values.count
    var count: Int32 = 0
    // A dense table where it is not much larger than the runs themselves, else a sparse one.
    if groupCount * width <= 4 * groupOfRun.count + 1024 {
      var numbers = [Int32](repeating: -1, count: groupCount * width)
      for run in groupOfRun.indices {
        let key = Int(groupOfRun[run]) * width + Int(axis.codes[run])
        if numbers[key] < 0 {
          numbers[key] = count
          count += 1
        }
        groupOfRun[run] = numbers[key]
      }
    } else {
      var numbers: [Int: Int32] = [:]
      for run in groupOfRun.indices {
        let key = Int(groupOfRun[run]) * width + Int(axis.codes[run])
        if let number = numbers[key] {
          groupOfRun[run] = number
        } else {
          numbers[key] = count
          groupOfRun[run] = count
          count += 1
        }
      }
    }
    groupCount = Int(count)
  }
}
