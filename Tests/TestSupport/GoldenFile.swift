import Foundation

/// A file that holds the output a test expects.
///
/// With `ESPALIER_RECORD_GOLDEN=1` in the environment the files are written anew and every test of
/// one fails, so that a recording is never mistaken for a pass.
package enum GoldenFile {
  /// What is wrong with `output`, or `nil` if it is what the file holds.
  package static func mismatch(_ output: String, _ file: URL) throws -> String? {
    if ProcessInfo.processInfo.environment["ESPALIER_RECORD_GOLDEN"] == "1" {
      try Data(output.utf8).write(to: file)
      return "\(file.lastPathComponent) is recorded; look at it and run without recording"
    }
    guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
      return "\(file.path) is missing; ESPALIER_RECORD_GOLDEN=1 writes it"
    }
    guard output != expected else { return nil }
    let lines = zip(output.split(separator: "\n", omittingEmptySubsequences: false), 1...)
    let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, number) in lines {
      let wanted = number <= expectedLines.count ? expectedLines[number - 1] : "(nothing)"
      if line != wanted {
        return "\(file.lastPathComponent), line \(number): “\(line)”, expected “\(wanted)”"
      }
    }
    return "\(file.lastPathComponent): the output ends before line \(expectedLines.count)"
  }
}
