import Artifacts
import Foundation

/// An artifact store in a folder of its own, removed with this value.
final class TemporaryStore {
  let folder: URL
  var store: ArtifactStore { ArtifactStore(folder: folder.path(percentEncoded: false)) }

  init() {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "espalier-\(ProcessInfo.processInfo.globallyUniqueString)")
  }

  /// A copy as it is now: what a kill at this instant would leave.
  func copy() throws -> TemporaryStore {
    let other = TemporaryStore()
    try FileManager.default.copyItem(at: folder, to: other.folder)
    return other
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }
}
