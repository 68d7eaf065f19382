import Dispatch
import Glibc
import Grid
import Keys
import Synchronization
import TestSupport
import Testing

@testable import JobTable

/// What a power cut or kill -9 leaves is what the files hold at that instant: these tests copy them
/// while the owner commits, and open the copy.
@Suite struct CrashTests {
  private let folder = TemporaryFolder()

  @Test(arguments: 0..<6 as Range<UInt64>)
  func whatWasAcknowledgedIsInEveryCopy(seed: UInt64) throws {
    let path = folder.path + "/jobs.sqlite"
    let table = try JobTable(path: path)
    let grid = SampleGrid(seeds: Array(0..<30), steps: [1, 2, 3])
    try grid.record(in: table)
    let acknowledged = Mutex<Set<StageKey>>([])
    let isOver = Atomic<Bool>(false)
    let failure = Mutex<String?>(nil)
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      do {
        while let job = try table.reader.work(for: "sample").first(where: { $0.requires.isEmpty }) {
          let attempt = try table.begin(job.job)
          for stage in try table.order(for: job.job, attempt: attempt).stages {
            _ = try table.apply([
              .stageCompleted(job.job, attempt, sampleResult(of: stage), at: 1, rule: .anyAttempt)
            ])
            acknowledged.withLock { _ = $0.insert(stage.key) }
          }
          _ = try table.apply([.attemptEnded(job.job, attempt, .completed, at: 2)])
        }
      } catch {
        failure.withLock { $0 = "\(error)" }
      }
      isOver.store(true, ordering: .releasing)
    }
    var random = RandomStream(seed: seed, purpose: RandomPurpose("crash")).generator(0)
    var copies = 0
    repeat {
      usleep(UInt32(random.below(8000)))
      let known = acknowledged.withLock { $0 }
      let copy = folder.path + "/copy-\(seed).sqlite"
      guard copyAtOneInstant(path, to: copy) else { continue }
      let revived = try JobTable(path: copy)
      let states = try revived.reader.stageStates(among: known)
      #expect(states.count == known.count && states.values.allSatisfy { $0 == .done })
      try revived.endAbandonedAttempts(at: 3)
      #expect(try revived.reader.integrity(isOwned: false) == [])
      try revived.close()
      copies += 1
    } while !isOver.load(ordering: .acquiring)
    group.wait()
    #expect(failure.withLock { $0 } == nil)
    #expect(copies > 1)
    // The last copy goes on to the same end as the original.
    let copy = try JobTable(path: folder.path + "/copy-\(seed).sqlite")
    try copy.completeAll(of: "sample")
    #expect(try copy.reader.runs(in: "sample") == table.reader.runs(in: "sample"))
  }

  /// Copies file and log as they were at one instant; `false` when a checkpoint was under way, during
  /// which the two are read at different instants.
  private func copyAtOneInstant(_ path: String, to copy: String) -> Bool {
    /// The log's salt, and how many of its frames were about to be and have been moved into the file:
    /// section 2.3 of SQLite's "WAL-mode file format".
    func checkpoints() -> (
      salt: ArraySlice<UInt8>, attempted: ArraySlice<UInt8>, done: ArraySlice<UInt8>
    ) {
      let index = FileAccess.read(path + "-shm")
      return (index[32..<40], index[128..<132], index[96..<100])
    }
    let before = checkpoints()
    let log = FileAccess.read(path + "-wal")
    let file = FileAccess.read(path)
    let after = checkpoints()
    guard before == after, Array(before.attempted) == Array(before.done) else { return false }
    FileAccess.write(file, to: copy)
    FileAccess.write(log, to: copy + "-wal")
    unlink(copy + "-shm")
    return true
  }

  @Test func aTornLogLosesOnlyItsTail() throws {
    let path = folder.path + "/jobs.sqlite"
    let table = try JobTable(path: path)
    try SampleGrid(seeds: Array(0..<5)).record(in: table)
    var states: [(length: Int, done: Int)] = []
    while let job = try table.reader.work(for: "sample").first(where: { $0.requires.isEmpty }) {
      try table.complete(job.job)
      states.append(
        (FileAccess.read(path + "-wal").count, try table.reader.counts(for: "sample").runs.done))
    }
    let (file, log) = (FileAccess.read(path), FileAccess.read(path + "-wal"))
    let copy = folder.path + "/copy.sqlite"
    for length in stride(from: 0, through: log.count, by: 4099) {
      FileAccess.write(file, to: copy)
      FileAccess.write(Array(log[..<length]), to: copy + "-wal")
      unlink(copy + "-shm")
      let revived = try JobTable(path: copy)
      defer { unlink(copy + "-wal") }
      if let least = states.last(where: { $0.length <= length })?.done {
        #expect(try revived.reader.counts(for: "sample").runs.done >= least)
      }
      #expect(try revived.reader.integrity(isOwned: true) == [])
      try revived.close()
    }
  }

  @Test func aTableIsWholeOrNotThereWhenItsMakingIsCutOff() throws {
    let path = folder.path + "/jobs.sqlite"
    // What a killed maker leaves beside.
    FileAccess.write([1, 2, 3], to: path + ".new")
    FileAccess.write([1, 2, 3], to: path + ".new-journal")
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    try table.close()
    #expect(folder.names == ["jobs.sqlite"])
  }
}
