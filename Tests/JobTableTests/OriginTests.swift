import Grid
import TestSupport
import Testing

@testable import JobTable

/// Where the results of runs come from.
@Suite struct OriginTests {
  private let folder = TemporaryFolder()

  @Test func runsKnowTheArtifactsOfTheirEvaluations() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    let grid = SampleGrid(seeds: [0, 1], steps: [0, 1])
    try grid.record(in: table)
    #expect(try table.reader.runArtifacts(ofKind: "outcomes", in: "sample").isEmpty)
    #expect(try table.reader.lastCompletion(in: "sample") == nil)
    #expect(try table.reader.origins(of: "sample") == [0, 0, 0, 0])
    try table.completeAll(of: "sample")
    let artifacts = try table.reader.runArtifacts(ofKind: "outcomes", in: "sample")
    let runs = grid.plan.runs
    #expect(artifacts.count == 4)
    for run in runs { #expect(artifacts[run.index]?.stage == run.stages[0]) }
    // Both seeds share the state before the first step.
    #expect(artifacts[0] == artifacts[2] && artifacts[1] != artifacts[3])
    #expect(try table.reader.runArtifacts(ofKind: "state", in: "sample").isEmpty)
    #expect(try table.reader.lastCompletion(in: "sample") == 2000)
    #expect(try table.reader.origins(of: "sample") == [1, 1, 1, 1])
  }

  @Test func aRunHasTheOriginsOfEverythingBehindIt() throws {
    let table = try JobTable(path: folder.path + "/jobs.sqlite")
    let grid = SampleGrid(seeds: [0, 1], steps: [1])
    try grid.record(in: table)
    var last: JobID?
    while let job = try table.reader.work(for: "sample").first(where: { $0.requires.isEmpty }) {
      // The last trajectory is computed elsewhere.
      if try table.reader.work(for: "sample").count == 1 {
        last = job.job
        _ = try table.apply([
          .attemptBegan(
            job.job, .first, at: 1,
            worker: WorkerEnvironment(pid: 1, version: "2.0", cpu: "another", blas: "a BLAS"),
            log: nil)
        ])
        let order = try table.order(for: job.job, attempt: .first)
        _ = try table.apply(
          order.stages.map {
            .stageCompleted(job.job, .first, sampleResult(of: $0), at: 2, rule: .anyAttempt)
          } + [.attemptEnded(job.job, .first, .completed, at: 3)])
      } else {
        try table.complete(job.job)
      }
    }
    #expect(last != nil)
    // One run comes from one place, the other from two: its base model is of the first.
    let origins = try table.reader.origins(of: "sample")
    #expect(origins.map(\.nonzeroBitCount).sorted() == [1, 2])
  }
}
