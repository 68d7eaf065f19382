import Foundation
import TestSupport
import Testing

/// A short run of `tools/chaos`: real jobs are killed at every fault point and by signals, and stores
/// are damaged; what comes out is the same, byte for byte.
@Suite(.serialized)
struct ChaosTests {
  private func chaos(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    let output = folder.url.appending(path: "output").path()
    let end = try ChildProgram(
      [
        EspalierProgram.repository.appending(path: "tools/chaos").path(), "--check",
        "--allow-skips", "--program", EspalierProgram.path,
      ] + arguments, output: output
    ).wait()
    return (end.status, try folder.read("output"))
  }

  @Test("Twenty kills lose nothing, duplicate nothing and leave no process")
  func kills() throws {
    let (status, output) = try chaos(["--kills", "20", "--cases", "none"])
    #expect(status == 0, "\(output)")
    #expect(output.contains("differences: 0"), "\(output)")
  }

  @Test("Full, read-only, damaged and occupied stores stop with a sentence and complete afterwards")
  func stores() throws {
    let names = [
      "full disk, early and late", "full disk, external program", "read-only folder",
      "truncated table, twice", "damaged table, once", "torn write-ahead log", "two owners",
      "readers during a run",
    ]
    let (status, output) = try chaos([
      "--kills", "0", "--cases", names.joined(separator: ";"),
    ])
    #expect(status == 0, "\(output)")
    #expect(output.contains("differences: 0"), "\(output)")
    let skipped = output.split(separator: "\n").filter { $0.contains("skipped: ") }
    #expect(output.contains("\(names.count - skipped.count) of \(names.count) cases passed"))
    for line in skipped { Issue.record("this machine could not show: \(line)", severity: .warning) }
  }
}
