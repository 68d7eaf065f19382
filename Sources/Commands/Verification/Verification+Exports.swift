import Foundation
import Grid
import JobTable

extension Verification {
  /// What was written to the grid's folder is what the table would give now.
  mutating func checkExports(of record: GridRecord) throws {
    let path = folder.grid(record.name)
    // An owner writes them when it ends.
    guard owner == nil, let written = contents(path + "/runs.csv") else { return }
    do {
      let exports = try KnownGrid(record: record, reader: reader, folder: folder, source: nil)
        .exports()
      checked.exports += 1
      let runs = try exports.bytes(of: .runs)
      if written != runs {
        if Self.isOlder(written, than: runs) {
          add(
            .note,
            "\(path)/runs.csv is older than the job table. `\(CommandLineText.program) run`, or "
              + "`\(CommandLineText.program) export \(record.name) --to \(path)`, writes it anew.")
        } else {
          add(
            .stale,
            "\(path)/runs.csv says something else of finished runs than the job table. "
              + "`\(CommandLineText.program) export \(record.name) --to \(path)` writes it anew.")
        }
        return
      }
      guard let summary = contents(path + "/summary.csv") else { return }
      checked.exports += 1
      if try summary != exports.bytes(of: .summary) {
        add(
          .stale,
          "\(path)/summary.csv is not what follows from runs.csv. "
            + "`\(CommandLineText.program) export \(record.name) --to \(path)` writes it anew.")
      }
      guard exports.tables.contains(.claims), let claims = contents(path + "/claims.csv") else {
        return
      }
      checked.exports += 1
      if try claims != exports.bytes(of: .claims) {
        add(
          .stale,
          "\(path)/claims.csv is not what follows from the runs. "
            + "`\(CommandLineText.program) export \(record.name) --to \(path)` writes it anew.")
      }
    } catch let error as JobTableError {
      guard case .damaged = error else { throw error }
      if !findings.contains(where: { $0.message == error.description }) {
        add(.damage, error.description)
      }
    }
  }

  /// Whether the file may have been right when it was written: every run that it calls done stands in
  /// the present one with the same values. Other columns are those of another version of the grid.
  static func isOlder(_ written: [UInt8], than present: [UInt8]) -> Bool {
    let written = written.split(separator: UInt8(ascii: "\n"))
    let present = present.split(separator: UInt8(ascii: "\n"))
    guard let header = present.first, written.first == header else { return written.first != nil }
    let lines = Set(present)
    let done = Array(",done,".utf8)
    return written.allSatisfy { lines.contains($0) || !$0.contains(done) }
  }

  private func contents(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }
}
