import Foundation

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
  let path: String
  private let isOurs: Bool

  /// Somebody else's folder, which stays.
  init(existing path: String) {
    self.path = path
    isOurs = false
  }

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "espalier-execution-\(UUID().uuidString)").path(percentEncoded: false)
    isOurs = true
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    if isOurs { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Writes an executable script and returns its path.
  func script(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(filePath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    return file
  }

  func text(_ name: String) -> String? {
    try? String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}
