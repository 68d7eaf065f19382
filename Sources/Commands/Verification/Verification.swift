import Artifacts
import Execution
import Foundation
import Grid
import JobTable

/// Checks every invariant of a results folder: the job table, the artifacts that it names, the files
/// that were made from it, and who owns it. Changes nothing, and works while an owner is at work: what
/// that owner changes meanwhile is looked at again before it is held against the folder.
struct Verification {
  let folder: ResultsFolder
  let reader: JobTableReader
  let store: ArtifactStore
  /// The one grid whose artifacts and files are checked; `nil` for all. The table is checked whole.
  let grid: GridRecord?
  /// The process that is changing the folder now.
  let owner: OwnerRecord?

  var findings: [VerificationFinding] = []
  var checked = Checked()

  /// What was looked at.
  struct Checked {
    var grids = 0
    var runs = 0
    var artifacts = 0
    /// Uncompressed.
    var bytes = 0
    var exports = 0
  }

  init(folder: ResultsFolder, reader: JobTableReader, grid: GridRecord?) {
    self.folder = folder
    self.reader = reader
    self.grid = grid
    store = ArtifactStore(folder: folder.artifacts)
    owner = OwnedFolder.livingOwner(of: folder)
  }

  /// - Complexity: O(size of the table and of all artifacts): each is read and hashed.
  /// - Throws: what keeps the folder from being looked at, other than damage.
  mutating func run() throws {
    checkOwner()
    guard try checkTable() else { return }
    try checkArtifacts()
    let grids = try grid.map { [$0] } ?? reader.grids()
    try checkLeftovers(of: grids)
    try checkLogs()
    for grid in grids { try checkExports(of: grid) }
  }

  /// The worst that was found.
  var severity: VerificationFinding.Severity {
    findings.map(\.severity).max() ?? .note
  }

  mutating func add(_ severity: VerificationFinding.Severity, _ message: String) {
    findings.append(VerificationFinding(severity: severity, message: message))
  }

  private mutating func checkOwner() {
    if let owner {
      add(.note, "Process \(owner.pid) is at work on \(folder.path).")
    } else if let owner = OwnedFolder.owner(of: folder) {
      add(
        .note,
        "Process \(owner.pid), which worked on \(folder.path) last, was killed. The next "
          + "`\(CommandLineText.program) run` ends what it left behind and goes on.")
    }
  }

  /// - Returns: whether the table can be read any further.
  private mutating func checkTable() throws -> Bool {
    do {
      let found = try reader.integrity(isOwned: owner != nil)
      for finding in found {
        if case .abandonedAttempt = finding {
          add(.note, finding.description)
        } else {
          add(.damage, finding.description)
        }
      }
      let grids = try grid.map { [$0] } ?? reader.grids()
      checked.grids = grids.count
      for grid in grids { checked.runs += try reader.counts(for: grid.name).runs.total }
      return true
    } catch let error as JobTableError {
      guard case .damaged = error else { throw error }
      add(.damage, error.description)
      return false
    }
  }
}
