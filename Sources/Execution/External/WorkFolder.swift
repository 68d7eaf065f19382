import Artifacts
import CShims
import Foundation
import Glibc
import Grid
import Synchronization

/// What external programs keep between attempts: a folder a job, and a file an attempt for programs that
/// report there.
final class WorkFolder: Sendable {
  let path: String

  /// A folder that survives a kill, for one job. Earlier versions kept it one level deeper.
  func checkpoints(of job: JobID) -> String {
    nested.contains(job) ? "\(path)/\(job)/checkpoints" : "\(path)/\(job)"
  }

  /// What the program of an attempt may write instead of its output.
  func report(of key: Session.ProgramKey) -> String {
    "\(path)/report-\(key.job)-\(key.attempt).jsonl"
  }

  /// The path of the guard's journals without their numbers.
  var journal: String { path + "/journal-" }

  private static let mostSpares = 256
  private let spares = Mutex<[String]>([])
  private let nested: Set<JobID>
  /// The jobs that have a folder.
  let jobs: [JobID]
  /// The attempts that have a report.
  let reports: [Session.ProgramKey]

  /// Looks at what is there.
  init(_ path: String) throws(FileError) {
    self.path = path
    let names = try Folder.names(in: path)
    jobs = names.compactMap { Int64($0).map(JobID.init(rawValue:)) }
    nested = Set(jobs.filter { access("\(path)/\($0)/checkpoints", F_OK) == 0 })
    reports = names.compactMap { name in
      guard name.hasPrefix("report-"), name.hasSuffix(".jsonl") else { return nil }
      let numbers = name.dropFirst(7).dropLast(6).split(separator: "-")
      guard numbers.count == 2, let job = Int64(numbers[0]), let attempt = Int(numbers[1]) else {
        return nil
      }
      return Session.ProgramKey(job: JobID(rawValue: job), attempt: Attempt(rawValue: attempt))
    }
  }

  /// Gives the job its folder, by an old name if there is an empty one to spare.
  func make(_ job: JobID) throws {
    let folder = checkpoints(of: job)
    if let spare = spares.withLock({ $0.popLast() }) {
      // A process that its program left behind may have written there since.
      if Self.isEmpty(spare), access(folder, F_OK) != 0, rename(spare, folder) == 0 { return }
      try Self.remove(spare)
    }
    try SystemCall.makeFolder(folder)
  }

  /// Keeps the folder of a job that has ended to be used again, if there is nothing in it: making a folder
  /// and removing it costs the file system ten times a renaming.
  ///
  /// - Returns: whether it is kept.
  func spare(_ job: JobID) -> Bool {
    let folder = "\(path)/\(job)"
    guard Self.isEmpty(folder) else { return false }
    return spares.withLock { spares in
      guard spares.count < Self.mostSpares else { return false }
      spares.append(folder)
      return true
    }
  }

  /// The job is done: its checkpoints are of no more use.
  func remove(_ job: JobID) throws {
    if !spare(job) { try Self.remove("\(path)/\(job)") }
  }

  /// The job has failed: what it kept may help when it is tried again, a folder with nothing in it does not.
  func removeIfEmpty(_ job: JobID) {
    rmdir("\(path)/\(job)")
  }

  /// Removes the folders that were kept to be used again.
  func removeSpares() throws {
    while let spare = spares.withLock({ $0.popLast() }) { try Self.remove(spare) }
  }

  private static func remove(_ folder: String) throws {
    if rmdir(folder) == 0 || errno == ENOENT { return }
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      throw JobFolderError(path: folder, reason: error.localizedDescription)
    }
  }

  /// Whether there is such a folder and nothing in it.
  private static func isEmpty(_ folder: String) -> Bool {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    // Enough for more than the two names that every folder has.
    return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 8) { buffer in
      let size = espalier_directory_read(file, buffer.baseAddress, UInt64(buffer.count))
      return size >= 0 && size <= 2 * 24
    }
  }
}

/// The folder of a finished job that cannot be removed.
struct JobFolderError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "could not remove \(path): \(reason)" }
}
