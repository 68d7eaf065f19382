import Foundation
import Report
import TestSupport

/// Takes a report's bytes together.
final class Collector {
  private(set) var bytes: [UInt8] = []
  private(set) var pieces = 0

  var sink: ByteSink {
    { bytes in
      self.bytes += bytes
      self.pieces += 1
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What is wrong with `output`, or `nil` if it equals Tests/ReportTests/Golden/`name`.
func goldenMismatch(_ output: String, _ name: String) throws -> String? {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  return try GoldenFile.mismatch(output, folder.appending(path: name))
}
