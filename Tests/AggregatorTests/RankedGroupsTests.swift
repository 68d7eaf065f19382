import Keys
import Testing

@testable import Aggregator

/// Against the definition, one run at a time.
@Suite struct RankedGroupsTests {
  @Test(arguments: 0..<200) func groupsStandInTheOrderOfTheValues(seed: Int) {
    var generator = RandomStream(seed: 1, purpose: RandomPurpose("ranked groups")).generator(seed)
    let table = RandomRuns(&generator).table
    let axes = table.axes.indices.filter { _ in generator.below(3) > 0 }
    let selected = (0..<table.count).map { _ in generator.below(4) > 0 }
    for isSelected in [[], selected] {
      let groups = RankedGroups(table, by: axes, among: isSelected)
      let runs = (0..<table.count).filter { isSelected.isEmpty || isSelected[$0] }
      func key(_ run: Int) -> [Int32] { axes.map { table.axes[$0].codes[run] } }
      let keys = Set(runs.map(key)).sorted { $0.lexicographicallyPrecedes($1) }
      #expect(groups.firstRuns.map { key(Int($0)) } == keys)
      for (rank, first) in groups.firstRuns.enumerated() {
        #expect(Int(first) == runs.first { key($0) == keys[rank] })
      }
      for run in 0..<table.count {
        let rank = runs.contains(run) ? keys.firstIndex(of: key(run)) ?? -2 : -1
        #expect(Int(groups.rankOfRun[run]) == rank)
      }
    }
  }
}
