/// The runs of a table, grouped by the values of some of its axes; the groups stand in the order of these
/// values.
package struct RankedGroups: Sendable {
  /// For every run the number of its group; below 0 for one that was left out.
  package let rankOfRun: [Int32]
  /// For each group its first run.
  package let firstRuns: [Int32]

  /// - Parameter isSelected: by run, whether it counts; empty where all do.
  /// - Complexity: O(runs × axes + groups log groups), and without the logarithm where the groups appear
  ///   in order, as those of a grid mostly do.
  package init(_ table: RunTable, by axes: [Int], among isSelected: [Bool] = []) {
    let (groupOfRun, groupCount) = RunGroups.number(table, by: axes)
    var firstOfGroup = [Int32](repeating: -1, count: groupCount)
    for (run, group) in groupOfRun.enumerated()
    where firstOfGroup[Int(group)] < 0 && (isSelected.isEmpty || isSelected[run]) {
      firstOfGroup[Int(group)] = Int32(run)
    }
    let columns = axes.map { table.axes[$0].codes }
    func precedes(_ left: Int, _ right: Int) -> Bool {
      let (left, right) = (Int(firstOfGroup[left]), Int(firstOfGroup[right]))
      for codes in columns where codes[left] != codes[right] { return codes[left] < codes[right] }
      return false
    }
    var order = firstOfGroup.indices.filter { firstOfGroup[$0] >= 0 }
    if !zip(order, order.dropFirst()).allSatisfy(precedes) { order.sort(by: precedes) }
    var rankOfGroup = [Int32](repeating: -1, count: groupCount)
    for (rank, group) in order.enumerated() { rankOfGroup[group] = Int32(rank) }
    firstRuns = order.map { firstOfGroup[$0] }
    rankOfRun = groupOfRun.indices.map { run in
      isSelected.isEmpty || isSelected[run] ? rankOfGroup[Int(groupOfRun[run])] : -1
    }
  }
}
