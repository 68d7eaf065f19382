import GRDB
import Grid
import Keys
import TestSupport
import Testing

@testable import JobTable

/// What is entered in bulk stands as what is entered row by row.
@Suite struct LargePlanTests {
  private let folder = TemporaryFolder()

  @Test func plansBeyondTheBatchesThatRowsAreEnteredIn() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    func checksReferences() throws -> Bool {
      try table.reader.read { db in try Int.fetchOne(db, sql: "PRAGMA foreign_keys") } == 1
    }
    let grid = SampleGrid(seeds: Array(0..<1300))
    #expect(grid.plan.stages.count > JobTable.bulk)
    // One that fails half-way leaves nothing behind, and the next one is entered all the same.
    #expect(throws: JobTableError.self) {
      try table.record(grid.plan, as: "sample", at: 1) { _, take in
        try take(PlacedJob(stages: [0], requires: [], label: "job"))
      }
    }
    #expect(try table.reader.grids().isEmpty && table.reader.integrity(isOwned: false) == [])
    #expect(try checksReferences())
    let record = try grid.record(in: table)
    #expect(try checksReferences())
    #expect(record.newRuns == 3900 && record.newStages == grid.plan.stages.count)
    #expect(try table.reader.counts(for: "sample").runs == .init(pending: 3900))
    #expect(
      try table.reader.stageStates(among: grid.plan.stages.map(\.key)).count == record.newStages)
    // A second grid that shares half of it, and the first one again.
    let other = SampleGrid(name: "other", seeds: Array(650..<1950))
    #expect(try other.record(in: table).openStages > 2000)
    #expect(try grid.record(in: table).keptRuns == 3900)
    #expect(try table.reader.integrity(isOwned: false) == [])
  }

  @Test func runsOfABlockAreKeptAsWhatTheyDoNotShare() throws {
    let stage = Stage(kind: "k", version: 1, parameters: [:], parents: [])
    let stages = StageList([stage])
    func member(_ name: String, _ value: ParameterValue) -> [UInt8] {
      Array((CanonicalJSON.text(of: name) + ":" + value.canonical.text).utf8)
    }
    // One axis shows its parameter, the other a label in its place.
    let block = RunBlock(
      names: ["a", "b", "c", "d"],
      fragments: [member("a", .string("x,\"y\"")), [], [], member("d", .boolean(true))],
      axes: [
        RunBlock.Axis(
          slots: [1], fragments: [[member("b", .number(1e-5))], [member("b", .integer(2))]]),
        RunBlock.Axis(
          slots: [2],
          fragments: [[member("c", .string("q"))], [member("c", .string("r"))]]),
      ],
      columns: [
        RunBlock.Column(axis: 0, values: [.number(1e-5), .integer(2)]),
        RunBlock.Column(axis: 1, values: [.string("first"), .string("second")]),
      ])
    #expect(block.frame.columns == ["b", nil])
    #expect(block.frame.parameters == #"{"a":"x,\"y\"","d":true}"#)
    let texts = (0..<4).map { block.parameters(of: $0) }
    #expect(texts[1] == #"{"a":"x,\"y\"","b":1e-05,"c":"r","d":true}"#)
    let runs = RunList(
      blocks: [block], blockNumbers: [], numbers: [0, 1, 2, 3],
      identifiers: texts.map { RunID(digest: Digest(of: $0)).bits },
      stageOffsets: [0, 1, 2, 3, 4], stagePlaces: [0, 0, 0, 0], stages: stages)
    let specification = GridSpecification(
      name: "g", program: ProgramSpecification(work: .builtin),
      axes: [Axis(name: "b", points: []), Axis(name: "label", points: [])])
    let plan = Plan(
      specification: specification, hash: Digest(of: "g"), runs: runs, stages: stages, sharing: [])
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try table.record(plan, as: "g", at: 1) { _, take in
      try take(PlacedJob(stages: [0], requires: [], label: "job"))
    }
    #expect(try table.reader.integrity(isOwned: false) == [])
    for (run, text) in zip(plan.runs, texts) {
      #expect(run.parameters == text)
      #expect(try table.reader.details(of: run.id).map(\.parameters) == [text])
    }
    let columns = try table.reader.columns(of: "g")
    #expect(columns.ids == plan.runs.map(\.id))
    #expect(columns.axes.map(\.codes) == [[0, 0, 1, 1], [0, 1, 0, 1]])
    #expect(columns.axes[1].values == [.string("first"), .string("second")])
    #expect(columns.states == [.pending, .pending, .pending, .pending] && columns.metrics.isEmpty)
  }

  @Test func columnsSayWhatRunsSay() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(bases: [0, 1], temperatures: [0.5, 1e-5], seeds: [0, 1]).record(in: table)
    for _ in 0..<7 {
      let job = try #require(try table.reader.work(for: "sample").first { $0.requires.isEmpty })
      try table.complete(job.job)
    }
    let runs = try table.reader.runs(in: "sample")
    let columns = try table.reader.columns(of: "sample")
    #expect(columns.ids == runs.map(\.id) && columns.states == runs.map(\.state))
    for (index, run) in runs.enumerated() {
      #expect(columns.axes.map { $0.values[Int($0.codes[index])] } == run.axisValues)
      for metric in columns.metrics {
        #expect(
          run.metrics[metric.name] ?? .nan == metric.values[index]
            || (run.metrics[metric.name] == nil && metric.values[index].isNaN))
      }
    }
    #expect(columns.metrics.map(\.name) == ["accuracy"])
  }

  @Test func aSampleStandsForAllThatIsOpen() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    try SampleGrid(seeds: Array(0..<40)).record(in: table)
    let whole = try #require(try table.reader.sampleOfOpenStages(in: "sample", stages: 1000))
    #expect(whole.weight == 1 && whole.open.count == 2 + 1 + 40 * 4)
    let part = try #require(try table.reader.sampleOfOpenStages(in: "sample", stages: 40))
    #expect(part.open.count < 80 && part.weight > 2)
    #expect(abs(part.weight * Double(part.open.count) - 163) < 1e-9)
    try table.completeAll(of: "sample")
    #expect(try table.reader.sampleOfOpenStages(in: "sample", stages: 40) == nil)
  }
}
