import Foundation

/// What git knows of a grid file.
enum GridHistory {
  /// The last commit that changed the file, with its date, and whether the file has changed since;
  /// `nil` outside of a work tree, for a file that is in no commit, and without git.
  static func commit(of file: String) -> String? {
    let url = URL(filePath: file).standardizedFileURL
    let folder = url.deletingLastPathComponent().path(percentEncoded: false)
    let name = url.lastPathComponent
    guard
      let commit = git(["log", "-1", "--format=%h of %cs", "--", name], in: folder),
      !commit.isEmpty
    else { return nil }
    let changes = git(["status", "--porcelain", "--", name], in: folder) ?? ""
    return changes.isEmpty ? commit : commit + ", with later changes that are in no commit"
  }

  private static func git(_ arguments: [String], in folder: String) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    // Without git there is no commit to tell of.
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init) ?? ""
  }
}
