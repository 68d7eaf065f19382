import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import Execution

/// Real processes of external programs, good and bad.
@Suite struct ExternalProgramTests {
  let report = #"echo '{"metrics": {"value": 1}}'"#

  func reason(_ grid: TestGrid, _ job: Int = 0) throws -> Failure.Reason? {
    try grid.failure(job)?.reason
  }

  @Test func resultsAreRecordedAndEverythingElseIsLog() throws {
    let grid = try TestGrid(
      shell: #"echo before; echo "{\"metrics\": {\"double\": $(({x} * 2))}}"; echo oh >&2"#)
    try grid.add((1...5).map { ["x": .integer($0)] })
    let report = try grid.run()
    #expect(report.outcome == .finished)
    #expect(report.jobs.done == 5)
    #expect(report.stages == 5)
    for job in 0..<5 { #expect(try grid.metrics(job) == ["double": Double(2 * (job + 1))]) }
    let log = try #require(try grid.log(0))
    #expect(log.contains("before\n") && log.contains("oh\n") && !log.contains("metrics"))
    #expect(try grid.table.reader.work(for: grid.name).isEmpty)
    // Nothing is kept of jobs that are done.
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
    // The same again does nothing.
    let again = try grid.run()
    #expect(again.outcome == .finished && again.stages == 0)
  }

  @Test func aCommandNeverPassesThroughAShell() throws {
    let grid = try TestGrid(command: ["printf", "{text}"])
    try grid.add([["text": .string(#"{"metrics": {"a": 1}} ; exit 3 $HOME"#)]])
    try grid.run()
    // It is one argument, printed as it is: a report that is not JSON.
    #expect(try reason(grid) == .protocolViolation)
  }

  @Test func theProcessFindsWhatItIsPromised() throws {
    let grid = try TestGrid(
      shell: """
        echo "$ESPALIER_PARAMETERS|$ESPALIER_RUN|$ESPALIER_ATTEMPT|$PWD"
        test -d "$ESPALIER_CHECKPOINT_DIR" && echo "checkpoints"
        echo "{\\"metrics\\": {\\"from_file\\": 2}}" > "$ESPALIER_RESULTS"
        """)
    try grid.add([["x": .integer(3)]])
    try grid.run()
    #expect(try grid.metrics(0) == ["from_file": 2])
    let parameters = grid.jobs[0][0].parameters.canonical
    #expect(
      try grid.log(0)
        == "{\"x\":3}|\(RunID(parameters: parameters))|1|\(grid.home.path)\ncheckpoints\n")
  }

  /// A folder in which nothing was kept goes to the next program at once, any other is no other's.
  @Test func emptyFoldersAreUsedAgain() throws {
    let grid = try TestGrid(
      shell: """
        ls -A "$ESPALIER_CHECKPOINT_DIR"; stat -c %i "$ESPALIER_CHECKPOINT_DIR" >> inodes
        [ {x} != 4 ] || echo 1 > "$ESPALIER_CHECKPOINT_DIR/kept"
        echo '{"metrics": {"x": {x}}}'
        """, slots: 1)
    try grid.add((1...12).map { ["x": .integer($0)] })
    #expect(try grid.run().jobs.done == 12)
    for job in 0..<12 {
      #expect(try grid.metrics(job) == ["x": Double(job + 1)])
      #expect(try grid.log(job) ?? "" == "")
    }
    let inodes = try #require(grid.home.text("inodes")).split(separator: "\n")
    #expect(inodes.count == 12 && Set(inodes.prefix(4)).count == 1)
    #expect(Set(inodes.dropFirst(4)).count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: grid.folder.work) == [])
  }

  /// Descriptors, signals, group and limits of a fresh process.
  @Test func theProcessStartsClean() throws {
    let leaked = open("/dev/null", O_RDONLY)  // not close-on-exec
    defer { close(leaked) }
    let grid = try TestGrid(
      shell: """
        ls -l /proc/self/fd | grep -vc total
        grep -E 'SigBlk|SigIgn' /proc/self/status
        ulimit -v
        awk '{print ($5 == $1) ? "leads" : "follows"}' /proc/$$/stat
        \(report)
        """)
    grid.program.resources.memory = 3 << 30
    try grid.add([["x": .integer(1)]])
    try grid.run()
    // ls has one more open, the folder itself.
    let log = try grid.log(0)
    #expect(
      log == """
        4
        SigBlk:\t0000000000000000
        SigIgn:\t0000000000000000
        3145728
        leads

        """)
  }

  @Test func oneProcessFillsAllSteps() throws {
    let grid = try TestGrid(
      shell: """
        for step in $(seq 0 {step}); do
          echo "{\\"step\\": $step, \\"metrics\\": {\\"loss\\": $((100 - step))}}"
        done
        """, prefix: "step")
    try grid.add([["lr": .integer(1)], ["lr": .integer(2)]], steps: [0, 2, 5])
    try grid.run()
    for job in 0..<2 {
      #expect(try grid.metrics(job, 0) == ["loss": 100])
      #expect(try grid.metrics(job, 1) == ["loss": 98])
      #expect(try grid.metrics(job, 2) == ["loss": 95])
      #expect(try grid.attempts(job).count == 1)
    }
  }

  /// What programs say gathers for a moment, and comes without their ends.
  @Test func aReportIsHeardWhileItsProgramRuns() throws {
    let grid = try TestGrid(
      shell: """
        echo '{"step": 1, "metrics": {"loss": 2}}'
        echo '{"step": 2, "metrics": {"loss": 1}}'
        for wait in $(seq 300); do
          if [ -f heard ]; then exit 0; fi
          sleep 0.1
        done
        exit 9
        """, prefix: "step")
    try grid.add([["lr": .integer(1)]], steps: [1, 2])
    let heard = grid.home.path + "/heard"
    let seen = Mutex<[StageProgress]>([])
    let report = try grid.run { snapshot in
      guard snapshot.stagesDone == 1 else { return }
      seen.withLock { $0 += snapshot.activities.compactMap(\.progress) }
      _ = FileManager.default.createFile(atPath: heard, contents: nil)
    }
    #expect(report.outcome == .finished && report.jobs.done == 1)
    // How far it is on its way to the last step.
    let progress = try #require(seen.withLock { $0.first })
    #expect(progress.done == 2 && progress.total == 2 && progress.unit == "step")
  }

  /// A program that dies on its way keeps what it had reported, and its checkpoints.
  @Test func aLostProgramGoesOnWhereItWas() throws {
    let grid = try TestGrid(
      shell: """
        state="$ESPALIER_CHECKPOINT_DIR/step"
        from=0; test -f "$state" && from=$(cat "$state")
        for step in $(seq $from 4); do
          echo "{\\"step\\": $step, \\"metrics\\": {\\"attempt\\": $ESPALIER_ATTEMPT}}"
          echo $step > "$state"
          if [ $step = 2 ] && [ $ESPALIER_ATTEMPT = 1 ]; then kill -9 $$; fi
        done
        """, prefix: "step")
    try grid.add([["lr": .integer(1)]], steps: [0, 1, 2, 3, 4])
    #expect(try grid.run().outcome == .finished)
    #expect(try grid.outcomes(0) == [.lost(signal: 9), .completed])
    for step in 0..<5 {
      #expect(try grid.metrics(0, step) == ["attempt": step < 2 ? 1 : 2])
    }
  }

  @Test func aStatusIsAFailureWithItsLastWords() throws {
    let grid = try TestGrid(shell: "echo 'ValueError: no' >&2; echo trying; exit 3", retries: 1)
    try grid.add([["x": .integer(1)]])
    let report = try grid.run()
    #expect(report.outcome == .finished)
    #expect(report.jobs.failed == 1)
    #expect(try grid.attempts(0).count == 2)
    #expect(
      try grid.failure(0)
        == Failure(
          reason: .exitStatus(3), message: "its process ended with status 3: ValueError: no"))
    // A failed run stays failed until it is asked for again.
    #expect(try grid.run().jobs.failed == 1)
    #expect(try grid.attempts(0).count == 2)
  }

  @Test func oneBadRunDoesNotStopTheOthers() throws {
    let grid = try TestGrid(shell: "test {x} != 2 || exit 1; \(report)")
    try grid.add((1...4).map { ["x": .integer($0)] })
    let report = try grid.run()
    #expect(report.jobs.done == 3 && report.jobs.failed == 1)
  }

  @Test func whatIsNotFiniteIsAFailureWithThatName() throws {
    let grid = try TestGrid(shell: #"echo '{"metrics": {"loss": NaN}}'; sleep 600"#)
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(
      try grid.failure(0) == Failure(reason: .nonFinite, message: "the metric “loss” is NaN"))
  }

  @Test func missingStepsAreNamed() throws {
    let grid = try TestGrid(
      shell: #"echo '{"step": 1, "metrics": {"loss": 1}}'"#, prefix: "step")
    try grid.add([["lr": .integer(1)]], steps: [0, 1, 2])
    try grid.run()
    #expect(
      try grid.failure(0)
        == Failure(
          reason: .protocolViolation, message: "it ended without reporting metrics at step 0, 2"))
    #expect(try grid.log(0)?.contains("[espalier] it ended without reporting") == true)
  }

  @Test func aProgramThatIsNotThereIsNamed() throws {
    let grid = try TestGrid(command: ["no-such-program-7"])
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(
      try grid.failure(0)
        == Failure(
          reason: .notStarted,
          message: "there is no program “no-such-program-7” in the folders of PATH"))
  }

  @Test func aFileThatIsNoProgramIsNamed() throws {
    let grid = try TestGrid(command: ["./notes"])
    _ = try grid.home.script("notes", "just text\n")
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(
      try grid.failure(0)
        == Failure(
          reason: .notStarted,
          message: "./notes is neither a program nor a script that begins with #!"))
  }

  @Test func aWorkingDirectoryThatIsNotThereIsNamed() throws {
    let grid = try TestGrid(command: ["true"])
    grid.settings.workingDirectory = "/no/such/folder"
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(
      try grid.failure(0)?.message
        == "its working directory /no/such/folder cannot be entered: No such file or directory")
  }

  /// Deaf to SIGTERM, with a child of its own: both are gone in the end.
  @Test func aTimeLimitEndsTheWholeGroup() throws {
    let grid = try TestGrid(
      shell: "trap '' TERM; sleep 600 & echo $! > child; echo $$ > self; sleep 600; sleep 600")
    grid.settings.timeLimit = 0.4
    grid.settings.grace = 0.2
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try reason(grid) == .timeLimit(0.4))
    for name in ["child", "self"] { #expect(try isGone(grid, name)) }
  }

  @Test func whatAProgramLeavesRunningIsEnded() throws {
    let grid = try TestGrid(shell: "sleep 600 & echo $! > child; \(report)")
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.metrics(0) == ["value": 1])
    #expect(try isGone(grid, "child"))
  }

  /// Whether the process whose number the file holds is gone; a killed one takes a moment.
  func isGone(_ grid: TestGrid, _ file: String) throws -> Bool {
    let text = try #require(grid.home.text(file))
    let pid = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    return eventually { ProcessStatus(of: pid).map { $0.state == "Z" } ?? true }
  }

  @Test func status75AsksForAnotherTry() throws {
    let grid = try TestGrid(
      shell: "test $ESPALIER_ATTEMPT -gt 1 || exit 75; \(report)", retries: 0)
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.outcomes(0) == [.again, .completed])
  }

  @Test func aProgramThatTalksWithoutEndFillsNoDisk() throws {
    let grid = try TestGrid(
      shell:
        "yes 0123456789012345678901234567890123456789 | head -c 14000000; echo; echo the end; \(report)"
    )
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.metrics(0) == ["value": 1])
    let log = try #require(try grid.log(0))
    #expect(log.utf8.count < AttemptLog.headLimit + 3 * AttemptLog.tailLimit)
    #expect(log.contains("bytes were left out here"))
    #expect(log.hasSuffix("the end\n"))
  }

  @Test func quietAttemptsLeaveNoLog() throws {
    let grid = try TestGrid(shell: report)
    try grid.add([["x": .integer(1)]])
    try grid.run()
    #expect(try grid.log(0) == nil)
  }

  @Test func tooManyFailuresStartNothingMore() throws {
    let grid = try TestGrid(shell: "exit 1", slots: 1)
    grid.settings.maxFails = 2
    try grid.add((1...6).map { ["x": .integer($0)] })
    let report = try grid.run()
    #expect(report.outcome == .tooManyFailures)
    #expect(report.jobs.failed == 2 && report.jobs.ready == 4)
  }

  /// Many short jobs: no descriptor and no zombie is left.
  @Test func aThousandJobsLeakNothing() throws {
    let grid = try TestGrid(command: ["/bin/echo", #"{"metrics": {"x": {x}}}"#], slots: 4)
    try grid.add((0..<1000).map { ["x": .integer($0)] })
    _ = try grid.run(control: ExecutionControl())
    let before = openDescriptors()
    let more = try TestGrid(command: ["/bin/echo", #"{"metrics": {"x": {x}}}"#], slots: 4)
    try more.add((0..<300).map { ["x": .integer($0)] })
    #expect(try more.run().jobs.done == 300)
    // The table of `more` itself stays open; suites run side by side.
    #expect(openDescriptors() < before + 40)
    #expect(try grid.metrics(999) == ["x": 999])
    // Most of them were recorded before they began.
    for job in stride(from: 0, to: 1000, by: 50) {
      #expect(try grid.attempts(job).last?.hasBegun == true)
    }
    #expect(eventually { zombies() == 0 })
  }

  func openDescriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  /// Guards of programs that have ended and were not waited for; other suites, which run beside this
  /// one, start processes of other kinds.
  func zombies() -> Int {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    let children = tasks.flatMap { task in
      String(
        decoding: SystemCall.contents(of: "/proc/self/task/\(task)/children") ?? [],
        as: UTF8.self
      ).split(separator: " ").compactMap { Int32($0) }
    }
    return children.count { child in
      let name = SystemCall.contents(of: "/proc/\(child)/comm") ?? []
      return String(decoding: name, as: UTF8.self).hasPrefix("espalier-guard")
        && ProcessStatus(of: child)?.state == "Z"
    }
  }
}

/// Whether the condition comes to hold within half a minute: for what the kernel does in its own
/// time.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<3000 {
    if try condition() { return true }
    usleep(10_000)
  }
  return false
}
