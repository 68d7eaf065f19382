import Artifacts
import Foundation
import Glibc
import Grid
import Synchronization
import TestSupport
import Testing

@testable import Execution

@Suite struct OwnershipTests {
  @Test func theSecondOwnerIsToldWhoTheFirstIs() throws {
    let home = try TemporaryFolder()
    let folder = ResultsFolder(path: home.path + "/deep/results")
    do {
      let first = try OwnedFolder(folder)
      #expect(first.endedLeftovers == 0)
      #expect(OwnedFolder.livingOwner(of: folder)?.pid == getpid())
      let error = #expect(throws: OwnershipError.self) { _ = try OwnedFolder(folder) }
      guard case .owned(_, let owner?) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(owner.pid == getpid())
      #expect("\(error!)".contains("is in use by process \(getpid()) on \(owner.host) since 2"))
      withExtendedLifetime(first) {}
    }
    #expect(OwnedFolder.livingOwner(of: folder) == nil)
    let next = try OwnedFolder(folder)
    withExtendedLifetime(next) {}
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let home = try TemporaryFolder()
    let file = try home.script("file", "")
    let error = #expect(throws: OwnershipError.self) {
      _ = try OwnedFolder(ResultsFolder(path: file + "/results"))
    }
    #expect("\(error!)".hasPrefix("Cannot make the folder \(file)"))
  }

  @Test func networkFileSystemsAreKnownByTheirNumbers() throws {
    #expect(FileSystemKind.name(ofType: 0x6969) == "NFS")
    #expect(FileSystemKind.name(ofType: 0xEF53) == nil)  // ext4
    #expect(FileSystemKind.name(ofType: 0x0102_1994) == nil)  // tmpfs
    #expect(try FileSystemKind.network(at: "/proc") == nil)
    #expect(
      "\(OwnershipError.networkFileSystem(path: "/n", kind: "NFS"))"
        == "/n is on a network file system (NFS), on which a job table can be damaged; put the "
        + "results on a local disk with --results and copy them afterwards")
  }

  @Test func aProcessIsKnownByMoreThanItsNumber() {
    let me = ProcessIdentity.current
    #expect(me.isAlive)
    #expect(!me.boot.isEmpty && me.startTime > 0)
    #expect(
      !ProcessIdentity(pid: me.pid, startTime: me.startTime + 1, boot: me.boot).isAlive)
    #expect(!ProcessIdentity(pid: me.pid, startTime: me.startTime, boot: "other").isAlive)
  }

  @Test func aRegistryIsReusedAndCleared() throws {
    let home = try TemporaryFolder()
    let path = home.path + "/processes"
    var registry = try ProcessRegistry.make(path: path)
    let places: [Int] = [registry.take(), registry.take(), registry.take()]
    #expect(places == [1, 2, 3])
    try registry.free(2)
    let freed = registry.take()
    #expect(freed == 2)
    let bytes = try #require(home.text("processes"))
    let lines = ProcessRegistry.lines(of: Array(bytes.utf8))
    #expect(lines == [[Substring(ProcessIdentity.currentBoot), "\(getsid(0))"], [], []])
  }

  /// Processes of other boots, reused numbers and nonsense are left alone.
  @Test func onlyWhatIsSurelyOursIsEnded() throws {
    let home = try TemporaryFolder()
    let path = home.path + "/processes"
    let me = ProcessIdentity.current
    func groups(_ header: String, _ line: String) throws -> [Int32] {
      try Data(ProcessRegistry.line(header) + ProcessRegistry.line(line)).write(
        to: URL(filePath: path))
      return Leftovers.groups(registry: path)
    }
    let header = "\(me.boot) \(getsid(0))"
    let start = me.startTime
    #expect(try groups("another-boot \(getsid(0))", "\(me.pid) \(start) \(start)") == [])
    #expect(try groups(header, "\(me.pid) \(start + 1) \(start + 9)") == [])
    #expect(try groups(header, "\(me.pid) \(start - 2) \(start - 1)") == [])
    #expect(try groups(header, "1 0 0") == [])
    #expect(try groups(header, "-1 0 0") == [])
    #expect(try groups(header, "5 3 2") == [])
    #expect(try groups(header, "x y z") == [])
    #expect(Leftovers.groups(registry: home.path + "/nothing") == [])
  }

  /// A grid of four runs of a script; the owner does not survive the third.
  private func dieAtTheThird(_ script: String, in home: TemporaryFolder) async throws {
    // Whatever does not come about fails the test and does not hang it.
    _ = try home.script(
      "await", "n=0; until \"$@\" || [ $((n += 1)) -gt 3000 ]; do sleep 0.01; done")
    // A process goes on for a moment after a signal has been sent to stop it.
    _ = try home.script(
      "stands", "[ -z \"$(grep -L '^State:.[TZX]' /proc/$1/task/*/status 2>/dev/null)\" ]")
    _ = try home.script("halt", "kill -STOP $1; sh await sh stands $1")
    _ = try home.script(
      "job",
      """
      #!/bin/sh
      echo $1 $ESPALIER_ATTEMPT >> began
      if [ "$ESPALIER_ATTEMPT" = 1 ] && [ "$1" = 3 ]; then
        owner=$(awk '{print $4}' /proc/$PPID/stat)
        \(script)
      fi
      echo "{\\"metrics\\": {\\"x\\": $1}}"
      """)
    let path = home.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let grid = try TestGrid.inFolder(path)
      try grid.add((1...4).map { ["x": .integer($0)] })
      try grid.run()
    }
  }

  /// Runs what is left, and expects these attempts at the third job.
  private func complete(in home: TemporaryFolder, _ outcomes: [AttemptOutcome?]) throws {
    let grid = try TestGrid.inFolder(home.path)
    try grid.add((1...4).map { ["x": .integer($0)] })
    #expect(try grid.run().outcome == .finished)
    let all = try (0..<4).map { try grid.outcomes($0) }
    #expect(
      try (0..<4).allSatisfy { try grid.metrics($0) == ["x": Double($0 + 1)] }, "\(all)")
    #expect(all[2] == outcomes)
    #expect(!FileManager.default.fileExists(atPath: grid.folder.work + "/3"))
  }

  private func isGone(_ file: String, in home: TemporaryFolder) throws -> Bool {
    let text = try #require(home.text(file))
    let pid = try #require(Int32(text.trimmingLineEnd))
    return ProcessStatus(of: pid).map { $0.state == "Z" } ?? true
  }

  /// An owner is killed in the middle of its work. Guards end their programs with all that these had
  /// started.
  @Test func aKilledOwnerLeavesNothingBehind() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      "sleep 600 & echo $! > child; echo $$ > self; kill -KILL $owner; sleep 600", in: home)
    #expect(try eventually { try isGone("self", in: home) && isGone("child", in: home) })
    try complete(in: home, [.stopped, .completed])
  }

  /// Owner and guard are killed: what a program had started is ended by the next owner.
  @Test func aKilledGuardLeavesNothingBehind() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      """
      sleep 600 & echo $! > child; echo $$ > self
      setsid sh -c "sh halt $owner; kill -KILL $PPID; kill -KILL $owner" \
        < /dev/null > /dev/null 2>&1 &
      sleep 600
      """, in: home)
    #expect(try eventually { try isGone("self", in: home) })
    #expect(try !isGone("child", in: home))
    do {
      let owned = try OwnedFolder(ResultsFolder(path: home.path + "/results"))
      #expect(owned.endedLeftovers == 1)
    }
    #expect(try isGone("child", in: home))
    try complete(in: home, [.stopped, .completed])
  }

  /// Another grid of the folder is run before the dead owner's: what its programs had said is not lost.
  @Test func anotherGridTakesInWhatWasFinished() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      """
      setsid sh -c "sh halt $owner; echo > stopped
        sh await grep -qs '^3 1 exited 0' results/work/journal-*
        kill -KILL $owner" < /dev/null > /dev/null 2>&1 &
      sh await test -e stopped
      """, in: home)
    let other = try TestGrid.inFolder(home.path)
    other.name = "other"
    try other.add([["x": .integer(9)]])
    #expect(try other.run().outcome == .finished)
    #expect(try other.metrics(0) == ["x": 9])
    try other.table.close()
    try complete(in: home, [.stopped])
    #expect(home.text("began")?.split(separator: "\n").filter { $0.hasPrefix("3") } == ["3 1"])
  }

  /// The guard alone is killed: its programs are lost and tried again, by another guard, and what one of
  /// them had started is ended.
  @Test func aKilledGuardIsReplaced() throws {
    let home = try TemporaryFolder()
    _ = try home.script(
      "job",
      """
      #!/bin/sh
      echo $1 $ESPALIER_ATTEMPT >> began
      if [ "$ESPALIER_ATTEMPT" = 1 ] && [ "$1" = 3 ]; then
        sleep 600 & echo $! > child
        kill -KILL $PPID; sleep 600
      fi
      echo "{\\"metrics\\": {\\"x\\": $1}}"
      """)
    let grid = try TestGrid.inFolder(home.path)
    try grid.add((1...6).map { ["x": .integer($0)] })
    #expect(try grid.run().outcome == .finished)
    let all = try (0..<6).map { try grid.outcomes($0) }
    #expect(
      try (0..<6).allSatisfy { try grid.metrics($0) == ["x": Double($0 + 1)] }, "\(all)")
    #expect(all[2] == [.lost(signal: SIGKILL), .completed])
    #expect(try eventually { try isGone("child", in: home) })
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
  }

  /// The guard is killed after a program has ended and the owner has not heard of it: the program is
  /// not run again.
  @Test func whatAKilledGuardHadWrittenDownIsBelieved() throws {
    let home = try TemporaryFolder()
    let grid = try TestGrid(shell: "exit 1", slots: 1)
    try grid.add([["x": .integer(1)]])
    let path = home.path + "/processes"
    var registry = try ProcessRegistry.make(path: path)
    let offsets = [registry.offset(of: registry.take()), registry.offset(of: registry.take())]
    let words = Mutex<[ProgramGuard.Word]>([])
    let programs = try ProgramGuard(
      ProgramGuard.Setting(
        environment: [], directory: nil, journal: home.path + "/journal-", firstJournal: 4,
        openFiles: 0, registry: registry.descriptor, registryOffsets: offsets)
    ) { new in words.withLock { $0 += new } }
    let key = Session.ProgramKey(job: JobID(rawValue: 1), attempt: Attempt(rawValue: 1))
    let process = ExternalProcess(
      key, path: "/bin/sh", ledger: ReportLedger(stages: grid.jobs[0], prefix: nil),
      log: AttemptLog(LogName(job: 1, attempt: 1), in: LogStore(folder: home.path + "/logs")),
      report: home.path + "/report"
    ) { _ in }
    let request = ProgramRequest(
      path: "/bin/sh", arguments: ["sh", "-c", "kill -KILL $PPID"], environment: [],
      addressSpace: nil)
    // As if the guard died between writing this down and telling it.
    let journal = try FileHandle(forWritingTo: URL(filePath: home.path + "/journal-4"))
    try journal.write(contentsOf: Data("1 1 {\"metrics\": {\"a\": 3}}\n1 1 exited 0\n".utf8))
    #expect(programs.start(request, process, at: 0))
    #expect(
      eventually { words.withLock { $0.contains { if case .died = $0 { true } else { false } } } })
    let last = words.withLock { words in
      words.compactMap { word -> ReportLedger.Ending? in
        if case .program(key, .ended(.exited(0), let last, _)) = word { last } else { nil }
      }
    }
    #expect(last.first?.completed.map(\.metrics) == [["a": 3]] && last.first?.failure == nil)
    #expect(!programs.start(request, process, at: 0))
  }

  /// The owner is killed while somebody has stopped the guard.
  @Test func aStoppedGuardLeavesNothingBehind() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      "echo $$ > self; echo $PPID > guard; sh halt $PPID; kill -KILL $owner; sleep 600", in: home)
    do {
      let owned = try OwnedFolder(ResultsFolder(path: home.path + "/results"))
      withExtendedLifetime(owned) {}
    }
    #expect(try isGone("self", in: home) && isGone("guard", in: home))
    try complete(in: home, [.stopped, .completed])
  }

  /// A guard that stands still after its owner's end, of a program that is gone: the next owner lets it
  /// write down what it has.
  @Test func aGuardThatStandsStillGoesOn() throws {
    let home = try TemporaryFolder()
    let program = try ChildProgram([
      "/usr/bin/perl", "-e",
      """
      setpgrp(0, 0); open(my $f, ">", "$ARGV[0]/guard"); print $f "$$\n"; close $f;
      kill "STOP", $$; select(undef, undef, undef, 0.2); open($f, ">", "$ARGV[0]/written");
      """, home.path,
    ])
    let pid = program.pid
    #expect(eventually { ProcessStatus(of: pid)?.state == "T" })
    let start = try #require(ProcessStatus(of: pid)).startTime
    let registry = home.path + "/processes"
    let lines = [
      "\(ProcessIdentity.currentBoot) \(getsid(0))", "\(pid) \(start) \(start) guard",
      "4194000 1 1",
    ]
    try Data(lines.flatMap { ProcessRegistry.line($0) }).write(to: URL(filePath: registry))
    #expect(Leftovers.groups(registry: registry) == [pid])
    #expect(try Leftovers.end(registry: registry) == 1)
    #expect(FileManager.default.fileExists(atPath: home.path + "/written"))
    #expect(try !program.wait().signalled)
  }

  /// A program ends well behind a stopped guard, and the owner is killed: the guard still writes down
  /// what it has.
  @Test func aStoppedGuardKeepsWhatWasFinished() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      """
      echo $$ > self; sh halt $PPID
      setsid sh -c "sh await grep -qs '^State:.Z' /proc/$$/status
        kill -KILL $owner" < /dev/null > /dev/null 2>&1 &
      """, in: home)
    #expect(try eventually { try isGone("self", in: home) })
    try complete(in: home, [.stopped])
    #expect(home.text("began")?.split(separator: "\n").filter { $0.hasPrefix("3") } == ["3 1"])
  }

  /// What a job kept whose end was recorded in the owner's last moment goes with the next start.
  @Test func foldersOfFinishedJobsGo() throws {
    let grid = try TestGrid(shell: "echo '{\"metrics\": {\"x\": 1}}'")
    try grid.add([["x": .integer(1)], ["x": .integer(2)]])
    try grid.run()
    for job in ["1/checkpoints", "2", "7/checkpoints", "notes"] {
      try FileManager.default.createDirectory(
        atPath: grid.folder.work + "/\(job)", withIntermediateDirectories: true)
    }
    try grid.run()
    let left = try FileManager.default.contentsOfDirectory(atPath: grid.folder.work)
    #expect(left.sorted() == ["7", "notes"])
  }

  /// A program ends well, and its owner dies before it has taken notice: the job is not done again.
  @Test func whatWasFinishedIsNotDoneAgain() async throws {
    let home = try TemporaryFolder()
    try await dieAtTheThird(
      """
      setsid sh -c "sh halt $owner; echo > stopped
        sh await grep -qs '^3 1 exited 0' results/work/journal-*
        kill -KILL $owner" < /dev/null > /dev/null 2>&1 &
      sh await test -e stopped
      """, in: home)
    try complete(in: home, [.stopped])
    #expect(home.text("began")?.split(separator: "\n").filter { $0.hasPrefix("3") } == ["3 1"])
  }
}
