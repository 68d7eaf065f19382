import Dispatch
import GRDB
import Glibc
import Grid
import Synchronization
import TestSupport
import Testing

@testable import JobTable

@Suite struct OpeningTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/jobs.sqlite" }

  @Test func aMissingTableIsSaid() {
    #expect(throws: JobTableError.missing(path: path)) { try JobTableReader(path: path) }
    #expect(folder.names == [])
    #expect(
      JobTableError.missing(path: "results/jobs.sqlite").description
        == "There is no job table at results/jobs.sqlite. `espalier run GRID` makes one; with "
        + "`--results DIR` you say in which folder to look.")
  }

  @Test func aMissingFolderIsSaid() {
    let path = folder.path + "/none/jobs.sqlite"
    #expect(throws: JobTableError.cannotOpen(path: path, detail: "No such file or directory")) {
      try JobTable(path: path)
    }
  }

  @Test func durabilityIsOnAndReadBack() throws {
    let queue = try {
      _ = try JobTable(path: path)
      return try TableFile.openForOwner(path)
    }()
    let settings = try queue.read { db in
      try ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(settings == ["wal", "2", "1", "10000"])
  }

  @Test func anIdleTableIsReadWithoutATrace() throws {
    let grid = SampleGrid()
    let table = try JobTable(path: path)
    try grid.record(in: table)
    try table.completeAll(of: "sample")
    let runs = try table.reader.runs(in: "sample")
    try table.close()
    #expect(folder.names == ["jobs.sqlite"])
    let before = FileAccess.read(path)
    let probe = FileProbe(path)
    let reader = try JobTableReader(path: path)
    #expect(try reader.runs(in: "sample") == runs)
    #expect(try reader.counts(for: "sample").runs.done == 3)
    #expect(folder.names == ["jobs.sqlite"])
    #expect(FileAccess.read(path) == before && FileProbe(path) == probe)
  }

  @Test(.enabled(if: FileAccess.canDropPrivileges))
  func aTableInAFolderThatMayNotBeWrittenIsReadAndNotOwned() throws {
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    try table.close()
    chmod(folder.path, 0o755)
    chmod(path, 0o644)
    try FileAccess.withoutPrivileges {
      let runs = try JobTableReader(path: path).runs(in: "sample")
      #expect(runs.count == 3)
      #expect(throws: JobTableError.readOnly(path: path)) { try JobTable(path: path) }
      let other = folder.path + "/other.sqlite"
      #expect(throws: JobTableError.readOnly(path: other)) { try JobTable(path: other) }
    }
    #expect(folder.names == ["jobs.sqlite"])
  }

  @Test func pathsMayHoldAnyCharacter() throws {
    let odd = folder.path + "/a b%41?x=#é'"
    mkdir(odd, 0o755)
    let table = try JobTable(path: odd + "/jobs.sqlite")
    try SampleGrid().record(in: table)
    try table.close()
    #expect(try JobTableReader(path: odd + "/jobs.sqlite").runs(in: "sample").count == 3)
  }

  @Test func aReaderDuringARunChangesNothingAndSeesWhatWasCommitted() throws {
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    let files = ["", "-wal"].map { path + $0 }
    let before = files.map(FileAccess.read)
    let reader = try JobTableReader(path: path)
    #expect(try reader.counts(for: "sample").runs.pending == 3)
    #expect(files.map(FileAccess.read) == before)
    try table.completeAll(of: "sample")
    #expect(try reader.counts(for: "sample").runs.done == 3)
  }

  @Test func aReaderGoesOnWhenTheOwnerComesAndGoes() throws {
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    try table.close()
    let reader = try JobTableReader(path: path)
    #expect(try reader.counts(for: "sample").runs.pending == 3)
    let next = try JobTable(path: path)
    try next.completeAll(of: "sample")
    #expect(try reader.counts(for: "sample").runs.done == 3)
    try next.close()
    #expect(try reader.counts(for: "sample").runs.done == 3)
  }

  @Test func whatIsReadWhileAnIdleTableChangesCountsForNothing() throws {
    let table = try JobTable(path: path)
    try SampleGrid().record(in: table)
    try table.close()
    let reader = try JobTableReader(path: path)
    #expect(throws: JobTableError.changedWhileReading(path: path)) {
      try reader.forEachRun(in: "sample") { run in
        guard run.index == 0 else { return }
        let owner = try JobTable(path: path)
        try owner.completeAll(of: "sample")
        try owner.close()
      }
    }
    #expect(try reader.counts(for: "sample").runs.done == 3)
  }

  @Test func readersNeverBlockTheOwnerNorSeeHalfATransaction() throws {
    let table = try JobTable(path: path)
    let grid = SampleGrid(seeds: Array(0..<40), steps: [1, 2])
    try grid.record(in: table)
    let path = path
    let isOver = Atomic<Bool>(false)
    let problems = Mutex<[String]>([])
    let reads = Atomic<Int>(0)
    let group = DispatchGroup()
    for _ in 0..<2 {
      DispatchQueue.global().async(group: group) {
        do {
          let reader = try JobTableReader(path: path)
          var done = 0
          repeat {
            // A job completes in one transaction, so its two runs are done together.
            var states: [RunState] = []
            try reader.forEachRun(in: "sample") { states.append($0.state) }
            let now = states.count { $0 == .done }
            let pairs = stride(from: 0, to: states.count, by: 2).allSatisfy {
              (states[$0] == .done) == (states[$0 + 1] == .done)
            }
            if !pairs || now < done || states.count != 80 {
              problems.withLock { $0.append("\(done) → \(now), \(states.count), \(pairs)") }
            }
            done = now
            reads.add(1, ordering: .relaxed)
          } while !isOver.load(ordering: .acquiring)
        } catch {
          problems.withLock { $0.append("\(error)") }
        }
      }
    }
    try table.completeAll(of: "sample")
    isOver.store(true, ordering: .releasing)
    group.wait()
    #expect(problems.withLock { $0 } == [])
    #expect(reads.load(ordering: .relaxed) >= 2)
    #expect(try table.reader.counts(for: "sample").runs.done == 80)
  }

  // MARK: - Damage

  @Test func otherFilesAreNotTaken() throws {
    FileAccess.write([], to: path)
    #expect(throws: JobTableError.damaged(path: path, detail: "it is empty")) {
      try JobTable(path: path)
    }
    #expect(throws: JobTableError.damaged(path: path, detail: "it is empty")) {
      try JobTableReader(path: path)
    }
    FileAccess.write(Array("This is no database but a text of some length.\n".utf8), to: path)
    #expect(throws: JobTableError.damaged(path: path, detail: "file is not a database")) {
      try JobTable(path: path)
    }
    unlink(path)
    do {
      let other = try DatabaseQueue(path: path)
      try other.write { try $0.execute(sql: "CREATE TABLE note (text TEXT)") }
    }
    let before = FileAccess.read(path)
    #expect(throws: JobTableError.damaged(path: path, detail: "it is not a job table")) {
      try JobTable(path: path)
    }
    #expect(throws: JobTableError.damaged(path: path, detail: "it is not a job table")) {
      try JobTableReader(path: path)
    }
    #expect(FileAccess.read(path) == before)
  }

  @Test func aNewerTableIsRefused() throws {
    let table = try JobTable(path: path)
    try table.close()
    do {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
      try queue.close()
    }
    let expected = JobTableError.newerVersion(path: path, version: 99, known: Schema.version)
    #expect(throws: expected) { try JobTable(path: path) }
    #expect(throws: expected) { try JobTableReader(path: path) }
  }

  @Test func everyTruncationIsNoticedOrHarmless() throws {
    let table = try JobTable(path: path)
    try SampleGrid(seeds: Array(0..<10)).record(in: table)
    try table.completeAll(of: "sample")
    let runs = try table.reader.runs(in: "sample")
    try table.close()
    let whole = FileAccess.read(path)
    for size in stride(from: 1, to: whole.count, by: 1531) {
      FileAccess.write(Array(whole[..<size]), to: path)
      #expect(throws: JobTableError.self, "cut to \(size) of \(whole.count)") {
        try JobTable(path: path)
      }
      // A reader either gives the whole truth or an error.
      do {
        let reader = try JobTableReader(path: path)
        #expect(try reader.runs(in: "sample") == runs)
      } catch is JobTableError {}
    }
  }

  /// No flipped byte may lead to a wrong table: it is noticed, or does not matter to what is read.
  @Test func noFlippedByteGivesAWrongTable() throws {
    let table = try JobTable(path: path)
    try SampleGrid(temperatures: [0.25, 0.75], seeds: Array(0..<4)).record(in: table)
    try table.completeAll(of: "sample")
    let runs = try table.reader.runs(in: "sample")
    try table.close()
    let whole = FileAccess.read(path)
    var noticed = 0
    for index in stride(from: 0, to: whole.count, by: 97) {
      var broken = whole
      broken[index] ^= 1 << UInt8(index % 8)
      FileAccess.write(broken, to: path)
      do {
        let found = try JobTableReader(path: path).runs(in: "sample")
        #expect(found == runs, "byte \(index)")
      } catch is JobTableError {
        noticed += 1
      }
    }
    #expect(noticed > 0)
  }

  @Test func aFullDeviceIsSaidAndNothingAcknowledgedIsLost() throws {
    let small = folder.path + "/small"
    let path = small + "/jobs.sqlite"
    try FileAccess.withSmallDevice(at: small, bytes: 2_000_000) {
      let table = try JobTable(path: path)
      try SampleGrid().record(in: table)
      try table.complete(try table.reader.work(for: "sample")[0].job)
      let before = try table.reader.counts(for: "sample")
      let large = SampleGrid(name: "large", seeds: Array(0..<3000))
      #expect(throws: JobTableError.diskFull(path: path)) { try large.record(in: table) }
      #expect(try table.reader.counts(for: "sample") == before)
      // Whatever still fits is taken, and the table goes on.
      try table.completeAll(of: "sample")
      #expect(try table.reader.counts(for: "sample").runs.done == 3)
      #expect(try table.reader.integrity(isOwned: true) == [])
      try table.close()
      #expect(try JobTableReader(path: path).grids().map(\.name) == ["sample"])
    }
  }
}
