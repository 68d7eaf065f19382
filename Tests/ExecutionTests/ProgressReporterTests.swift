import Artifacts
import Testing

@testable import Execution
@testable import JobTable

@Suite struct ProgressReporterTests {
  @Test func runsAreCountedWithPausesAndOnlyWhenThereIsAnythingNew() {
    let reporter = ProgressReporter(runs: GridCounts.Runs()) { _ in }
    func takes(_ milliseconds: Int, isRecording: Bool) -> Bool {
      reporter.takeCount(now: .milliseconds(milliseconds), isRecording: isRecording)
    }
    #expect(!takes(0, isRecording: false))
    #expect(takes(0, isRecording: true))
    var runs = GridCounts.Runs()
    runs.done = 3
    reporter.recorded(runs, counting: .milliseconds(1), now: .milliseconds(10))
    #expect(reporter.runs.done == 3)
    #expect(!takes(409, isRecording: true))
    // That one was recorded without being counted: it is made up for.
    reporter.recorded(nil, counting: .zero, now: .milliseconds(409))
    #expect(!takes(409, isRecording: false))
    #expect(takes(410, isRecording: false))
    // More was recorded before that count came.
    reporter.recorded(nil, counting: .zero, now: .milliseconds(411))
    #expect(!takes(809, isRecording: false) && takes(810, isRecording: false))
    // One that takes long gets a twentieth of the time.
    reporter.recorded(runs, counting: .milliseconds(100), now: .milliseconds(910))
    #expect(!takes(2909, isRecording: true) && takes(2910, isRecording: true))
  }

  /// The owner reads its own table: what it cannot read there ends the session with a sentence.
  @Test func runsThatCannotBeCountedAreNamed() throws {
    let home = try TemporaryFolder()
    let table = try JobTable(path: home.path + "/jobs.sqlite")
    let committer = Committer(
      grid: "nothing", table: table, logs: LogStore(folder: home.path + "/logs"),
      work: try WorkFolder(home.path + "/work"))
    var batch = Committer.Batch()
    #expect(committer.recordNow(batch).failure == nil)
    batch.countsRuns = true
    let outcome = committer.recordNow(batch)
    #expect(outcome.runs == nil && outcome.failure?.contains("nothing") == true)
  }
}
