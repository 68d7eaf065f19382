import Foundation
import Grid
import Keys
import Testing

@testable import Planner

/// Random bytes and mutated grids never crash the planner, and whatever it says has a place.
///
/// `ESPALIER_FUZZ_CASES` sets the number of cases, `ESPALIER_FUZZ_FIRST` the first one, so that a
/// crash can be found again.
@Suite struct FuzzTests {
  private static func setting(_ name: String, _ fallback: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
  }

  @Test func nothingCrashesThePlanner() {
    let first = Self.setting("ESPALIER_FUZZ_FIRST", 0)
    let count = Self.setting("ESPALIER_FUZZ_CASES", 3_000)
    var planned = 0
    var refused = 0
    for index in first..<first + count {
      var mutator = Mutator(index: index)
      let (bytes, overrides) = mutator.grid()
      do {
        try Self.process(bytes, overrides: overrides)
        planned += 1
      } catch {
        refused += 1
        #expect(
          !error.diagnostics.isEmpty && error.diagnostics.contains { $0.severity == .fault },
          "case \(index)")
        for diagnostic in error.diagnostics {
          #expect(
            diagnostic.place.line >= 1 && diagnostic.place.column >= 1
              && !diagnostic.message.isEmpty, "case \(index)")
        }
      }
    }
    // Mutations that always broke a grid, or never did, would test little.
    if count >= 1_000 {
      #expect(planned > count / 50, "\(planned) of \(count) were planned")
      #expect(refused > count / 4, "\(refused) of \(count) were refused")
    }
  }

  /// Everything from bytes to jobs.
  private static func process(_ bytes: [UInt8], overrides: [String]) throws(GridFaults) {
    let source = try GridSource(file: "g.yaml", bytes: bytes, overrides: overrides)
    let reader = GridReader(builtin: Laboratory.description) { path throws(UnreadableFile) in
      if path == "base.yaml" { return "axes: {seed: {count: 2}}\n" }
      throw UnreadableFile(reason: "no such file")
    }
    let grid = try reader.read(source)
    let blocks =
      grid.specification.variants.isEmpty
      ? [grid.specification.axes] : grid.specification.variants
    let runs = blocks.map { $0.reduce(1) { $0 * $1.points.count } }.reduce(0, +)
    _ = grid.hash
    // Large grids are slow rather than interesting.
    if runs > 5_000 { return }
    let plan = try PlanBuilder.plan(grid)
    let tree = StageTree(plan.stages, of: grid.program)
    let jobs = JobBuilder.jobs(of: tree, done: [], program: grid.program)
    #expect(Set(jobs.flatMap(\.stages)).count == plan.stages.count)
    _ = PlanSummary(plan: plan, tree: tree, jobs: jobs.count, standings: [])
  }
}
