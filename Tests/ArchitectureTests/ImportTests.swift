import Foundation
import Testing

/// Holds every import line under Sources/ against the table of the design.
@Suite struct ImportTests {
  /// What a module may import of ours; what it reaches through these arrows it may name as well.
  static let arrows: [String: [String]] = [
    "CZstd": [],
    "CShims": [],
    "Keys": [],
    "Kernels": ["CShims"],
    "Artifacts": ["CZstd", "Keys"],
    "Problems": ["Keys"],
    "LanguageModel": ["Kernels", "Artifacts", "Keys"],
    "PostTraining": ["LanguageModel", "Problems"],
    "Statistics": ["Keys"],
    "Evaluation": ["LanguageModel", "Problems", "Statistics"],
    "Grid": ["Keys"],
    "Planner": ["Grid"],
    "JobTable": ["Grid"],
    "Scheduler": ["Grid"],
    "Execution": ["Scheduler", "JobTable", "Artifacts", "CShims"],
    "BuiltinProgram": ["Grid", "PostTraining", "Evaluation", "Artifacts"],
    "Aggregator": ["Grid", "Statistics"],
    "Report": ["Aggregator"],
    "Commands": [
      "CZstd", "CShims", "Keys", "Kernels", "Artifacts", "Problems", "LanguageModel",
      "PostTraining", "Evaluation", "Grid", "Planner", "JobTable", "Scheduler", "Execution",
      "BuiltinProgram", "Statistics", "Aggregator", "Report",
    ],
    "espalier": ["Commands"],
  ]

  /// The only importers of packages.
  static let packages: [String: [String]] = [
    "Crypto": ["Keys"],
    "Yams": ["Planner"],
    "GRDB": ["JobTable"],
    "GRDBSQLite": ["JobTable"],
    "ArgumentParser": ["Commands"],
  ]

  /// Modules that must not lean on Foundation, because they are pure or hot.
  static let withoutFoundation = [
    "Keys", "Grid", "Planner", "Scheduler", "Statistics", "Aggregator", "Kernels", "LanguageModel",
  ]

  /// Where such a module may still read JSON with FoundationEssentials, away from the hot code.
  static let essentialsAllowed = ["Sources/LanguageModel/Checkpoint/"]

  static let foundation = ["Foundation", "FoundationEssentials", "FoundationNetworking"]

  /// The system's own modules.
  static let system = ["Glibc", "Dispatch", "Synchronization", "Swift"]

  struct ImportLine: CustomStringConvertible {
    let module: String
    let file: String
    let line: Int
    let imported: String

    var description: String { "\(file):\(line): import \(imported)" }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func imports() throws -> [ImportLine] {
    let sources = root.appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var lines: [ImportLine] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = file.path.replacing(root.path + "/", with: "", maxReplacements: 1)
      let module = String(path.split(separator: "/")[1])
      let text = try String(contentsOf: file, encoding: .utf8)
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        guard let imported = imported(by: line) else { continue }
        lines.append(
          ImportLine(module: module, file: path, line: index + 1, imported: imported))
      }
    }
    return lines
  }

  /// The module that a line imports: `import X`, `@testable import X`, `package import struct X.Y`.
  static func imported(by line: Substring) -> String? {
    var words = line.split(separator: " ")
    while let first = words.first,
      first.hasPrefix("@")
        || ["public", "package", "internal", "fileprivate", "private"].contains(first)
    {
      words.removeFirst()
    }
    guard words.first == "import", words.count > 1 else { return nil }
    let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
    let name = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
    return String(name.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }

  /// Every module that can be reached along the arrows.
  static func reachable(from module: String) -> Set<String> {
    var reached: Set<String> = []
    var waiting = arrows[module] ?? []
    while let next = waiting.popLast() {
      if reached.insert(next).inserted { waiting += arrows[next] ?? [] }
    }
    return reached
  }

  @Test func everyImportIsAllowed() throws {
    let lines = try Self.imports()
    // A reader that finds nothing would approve of everything.
    #expect(lines.contains { $0.module == "Planner" && $0.imported == "Yams" })
    #expect(lines.contains { $0.module == "Keys" && $0.imported == "Crypto" })
    for line in lines {
      let isSystem = Self.system.contains(line.imported)
      let isFoundation = Self.foundation.contains(line.imported)
      let isPackage = Self.packages[line.imported]?.contains(line.module) ?? false
      let isOurs = Self.reachable(from: line.module).contains(line.imported)
      #expect(
        isSystem || isFoundation || isPackage || isOurs, "the design has no such arrow: \(line)")
      let isExcepted =
        line.imported == "FoundationEssentials"
        && Self.essentialsAllowed.contains { line.file.hasPrefix($0) }
      #expect(
        !isFoundation || isExcepted || !Self.withoutFoundation.contains(line.module),
        "a pure or hot module leans on Foundation: \(line)")
    }
  }

  @Test func everyModuleStandsInTheTable() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path)
    #expect(Set(folders.filter { !$0.hasPrefix(".") }) == Set(Self.arrows.keys))
  }

  @Test func theArrowsHaveNoCircle() {
    for module in Self.arrows.keys {
      #expect(!Self.reachable(from: module).contains(module), "\(module) reaches itself")
    }
  }

  @Test(arguments: [
    ("import Grid", "Grid"), ("@testable import Planner", "Planner"),
    ("package import struct Keys.Digest", "Keys"), ("import Glibc // pow", "Glibc"),
    ("  import Keys", "Keys"),
  ])
  func importLinesAreFound(line: String, module: String) {
    #expect(Self.imported(by: Substring(line)) == module)
  }

  @Test(arguments: ["// import Grid", "let import = 3", "important()", ""])
  func otherLinesAreNot(line: String) {
    #expect(Self.imported(by: Substring(line)) == nil)
  }
}
