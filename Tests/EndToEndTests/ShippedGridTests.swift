import Foundation
import Testing

/// The grids that come with the program.
@Suite(.serialized)
struct ShippedGridTests {
  private static let grids = EspalierProgram.repository.appending(path: "grids")

  private static let files: [String] = {
    let found = FileManager.default.enumerator(atPath: grids.path(percentEncoded: false))
    return (found?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  @Test("Every shipped grid can be planned, and names the schema for editors")
  func planned() throws {
    let folder = try TemporaryFolder()
    #expect(Self.files.count >= 6)
    for file in Self.files {
      let path = Self.grids.appending(path: file)
      let output = try EspalierProgram.succeed(
        ["plan", path.path(percentEncoded: false)], in: folder)
      #expect(output.standardError == "", "\(file)")
      let depth = file.split(separator: "/").count - 1
      let schema = String(repeating: "../", count: depth) + "grid.schema.json"
      let text = try String(contentsOf: path, encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=\(schema)\n"), "\(file)")
    }
  }

  @Test("The schema in the repository is what the program prints")
  func schema() throws {
    let folder = try TemporaryFolder()
    let printed = try EspalierProgram.succeed(["schema"], in: folder).standardOutput
    let kept = try String(
      contentsOf: Self.grids.appending(path: "grid.schema.json"), encoding: .utf8)
    #expect(
      printed == kept, "make it anew with: tools/espalier schema > grids/grid.schema.json")
  }

  @Test("The reference grids run")
  func reference() throws {
    let folder = try TemporaryFolder()
    for name in ["reference", "reference/command", "reference/shell"] {
      let path = Self.grids.appending(path: "\(name).yaml").path(percentEncoded: false)
      try EspalierProgram.succeed(["run", path, "-j2"], in: folder)
      let runs = try folder.read("results/\(name)/runs.csv").split(separator: "\n")
      #expect(runs.count > 2 && runs.dropFirst().allSatisfy { $0.contains(",done,") }, "\(name)")
    }
    let shell = try folder.read("results/reference/shell/runs.csv")
    #expect(shell.contains("This is $HOME,done,"))
  }
}
