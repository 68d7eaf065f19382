import Foundation
import Testing

/// Damages a results folder in one place each, and sees it named.
@Suite(.serialized)
struct VerifyTests {
  private let folder: TemporaryFolder

  /// A grid of the built-in program that is done.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      BuiltinGridTests.grid.replacing(
        "preset: tiny", with: "preset: tiny\n  pretraining_steps: 20"),
      to: "small.yaml")
    try EspalierProgram.succeed(["run", "small.yaml", "-j2"], in: folder)
  }

  private func verify(_ arguments: String...) throws -> EspalierProgram.Output {
    try EspalierProgram.run(["verify"] + arguments, in: folder)
  }

  private var artifacts: [String] {
    let root = folder.url.appending(path: "results/artifacts").path(percentEncoded: false)
    let found = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
    return found.filter { $0.hasSuffix(".zst") }.sorted().map { "results/artifacts/" + $0 }
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path() }

  @Test("A good folder is well, and looking at it changes no byte")
  func well() throws {
    let table = try folder.bytes("results/jobs.sqlite")
    let all = try verify()
    #expect(all.status == 0 && all.standardOutput.contains("results: all is well"))
    #expect(all.standardOutput.contains("checked 1 grid with 20 runs"))
    let one = try verify("small.yaml", "--output", "json")
    #expect(one.status == 0 && one.standardOutput.contains(#""verdict": "well""#))
    #expect(try verify("--output", "quiet").standardOutput == "")
    #expect(try folder.bytes("results/jobs.sqlite") == table)
    let missing = try verify("--results", "nowhere")
    #expect(missing.status == 2 && missing.standardError.contains("nowhere"))
  }

  @Test("A missing artifact and a damaged one are named; a run puts the missing one back")
  func artifact() throws {
    let reference = try folder.read("results/small/runs.csv")
    let state = try #require(artifacts.first { $0.hasSuffix(".state.zst") })
    let outcomes = try #require(artifacts.first { $0.hasSuffix(".outcomes.zst") })
    let content = try folder.bytes(outcomes)
    var damaged = content
    damaged[damaged.count / 2] ^= 1
    try damaged.write(to: URL(filePath: path(outcomes)))
    let kept = try folder.bytes(state)
    try FileManager.default.removeItem(atPath: path(state))
    let found = try verify()
    #expect(found.status == 4)
    #expect(found.standardOutput.contains("damage: The artifact \(state) is missing"))
    #expect(found.standardOutput.contains("damage: The artifact \(outcomes) is damaged"))
    #expect(found.standardOutput.contains("2 things are not as recorded"))

    // The remedies do what they say.
    try FileManager.default.removeItem(atPath: path(outcomes))
    let run = try EspalierProgram.succeed(["run", "small.yaml"], in: folder)
    #expect(run.standardError.contains("2 stages whose artifacts are gone will be done again"))
    #expect(try verify().status == 0)
    #expect(try folder.bytes(state) == kept)
    #expect(try folder.bytes(outcomes) == content)
    #expect(try folder.read("results/small/runs.csv") == reference)
  }

  @Test("An artifact in the place of another one is named")
  func wrongArtifact() throws {
    let outcomes = artifacts.filter { $0.hasSuffix(".outcomes.zst") }
    try FileManager.default.removeItem(atPath: path(outcomes[0]))
    try FileManager.default.copyItem(atPath: path(outcomes[1]), toPath: path(outcomes[0]))
    let found = try verify()
    #expect(found.status == 4)
    #expect(found.standardOutput.contains("its header names another stage or kind than its path"))
  }

  @Test("What killed writers leave is harmless, and the next run clears it away")
  func leftovers() throws {
    let name = try #require(artifacts.first).split(separator: "/").dropLast().joined(separator: "/")
    try folder.write("half", to: "\(name)/.abc.state.zst.77.1.tmp")
    // No process has that number; the other is at work.
    let dead = "results/small/.runs.csv.4194304.1.tmp"
    let alive = "results/small/.runs.csv.\(getpid()).1.tmp"
    for name in [dead, alive] { try folder.write("half", to: name) }
    let found = try verify()
    #expect(found.status == 0)
    let note = "note: 1 unfinished file of killed writers lies in "
    for place in ["artifacts", "small"] {
      #expect(found.standardOutput.contains("\(note)results/\(place)."), "\(found)")
    }
    try EspalierProgram.succeed(["run", "small.yaml"], in: folder)
    #expect(!folder.exists("\(name)/.abc.state.zst.77.1.tmp"))
    #expect(!folder.exists(dead) && folder.exists(alive))
  }

  @Test("Exports that contradict the table are named, and older ones are not held against it")
  func exports() throws {
    let runs = try folder.read("results/small/runs.csv")
    try folder.write(
      runs.replacing(",done,0", with: ",done,9", maxReplacements: 1), to: "results/small/runs.csv")
    let changed = try verify()
    #expect(changed.status == 1)
    #expect(changed.standardOutput.contains("stale: results/small/runs.csv says something else"))
    // As it was before its last run was done.
    var lines = runs.split(separator: "\n").map(String.init)
    lines[20] = lines[20].split(separator: ",").prefix(4).joined(separator: ",") + ",pending,,,,"
    try folder.write(lines.joined(separator: "\n") + "\n", to: "results/small/runs.csv")
    let older = try verify()
    #expect(older.status == 0)
    #expect(older.standardOutput.contains("note: results/small/runs.csv is older"))
    try EspalierProgram.succeed(["export", "small", "--to", "results/small"], in: folder)
    #expect(try folder.read("results/small/runs.csv") == runs)
    let summary = try folder.read("results/small/summary.csv")
    try folder.write(summary + "\n", to: "results/small/summary.csv")
    #expect(try verify().standardOutput.contains("stale: results/small/summary.csv is not what"))
  }

  @Test("A damaged job table is named, whether SQLite or only a checksum notices")
  func table() throws {
    let whole = try folder.bytes("results/jobs.sqlite")
    // A digit of a result: SQLite would not notice.
    let metrics = Data(#""format_rate":0"#.utf8)
    var digit = whole
    var rest = digit.startIndex
    while let place = digit.range(of: metrics, in: rest..<digit.endIndex) {
      digit[place.upperBound - 1] = UInt8(ascii: "7")
      rest = place.upperBound
    }
    try #require(digit != whole)
    try digit.write(to: URL(filePath: path("results/jobs.sqlite")))
    let result = try verify()
    #expect(result.status == 4)
    #expect(result.standardOutput.contains("is not what was recorded"))

    var pages = whole
    for index in stride(from: 4096, to: pages.count, by: 4096) {
      pages.replaceSubrange(index..<min(index + 64, pages.count), with: Data(count: 64))
    }
    try pages.write(to: URL(filePath: path("results/jobs.sqlite")))
    let broken = try verify()
    #expect(broken.status == 4 && broken.standardOutput.contains("damage: "))

    try whole.prefix(whole.count / 2).write(to: URL(filePath: path("results/jobs.sqlite")))
    #expect(try verify().status == 4)
    try Data().write(to: URL(filePath: path("results/jobs.sqlite")))
    let empty = try verify("--output", "json")
    #expect(empty.status == 4 && empty.standardOutput.contains("it is empty"))
  }

  @Test("It works during a run, and after a kill says what the next run does")
  func owner() throws {
    try folder.write(
      """
      name: slow
      program: {shell: "sleep 20"}
      axes: {x: [1]}
      """, to: "slow.yaml")
    let running = try EspalierProgram.start(["run", "slow.yaml"], in: folder)
    try running.waitForChildren()
    let during = try verify()
    #expect(during.status == 0)
    #expect(during.standardOutput.contains("note: Process \(running.pid) is at work"))
    kill(running.pid, SIGKILL)
    _ = try running.wait()
    let after = try verify()
    #expect(after.status == 0, "\(after.standardOutput)")
    #expect(after.standardOutput.contains("Process \(running.pid), which worked on"))
    #expect(after.standardOutput.contains("counts as running and no owner is at work"))
  }
}
