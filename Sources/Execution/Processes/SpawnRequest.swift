import CShims
import Glibc

/// A process to be started.
struct SpawnRequest: Sendable {
  /// The file to execute; relative to `directory`.
  let path: String
  /// Beginning with the program's name.
  let arguments: [String]
  /// `NAME=value`.
  let environment: [String]
  /// `nil` is that of the owner.
  let directory: String?
  /// Limit of its address space in bytes.
  let addressSpace: Int?
  /// Whether it gets a pipe to read from, or nothing.
  let hasInput: Bool
  let registry: Int32
  let registryOffset: Int
  /// A file in which a guard writes down what the process reports and how it ends; `nil` for a process
  /// without a guard.
  let journal: String?
}

/// A process that was started, with the owner's ends of its pipes, all non-blocking.
struct SpawnedProcess: Sendable {
  /// Its number, or that of its guard.
  let pid: Int32
  /// The process group that it leads.
  let group: Int32
  /// Readable when the process has ended.
  let processDescriptor: Int32
  let input: Int32?
  let output: Int32
  let error: Int32
}

/// Why a process could not be started.
struct SpawnFailure: Error, Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case pipes
    case clone
    case directory
    case execute
    case limit
    case journal
    /// One of the steps that cannot fail on a sound system.
    case setup(Int32)
  }

  let step: Step
  let path: String
  let code: Int32

  init(step: Step, path: String, code: Int32) {
    self.step = step
    self.path = path
    self.code = code
  }

  init(_ spawn: espalier_spawn, request: SpawnRequest) {
    code = spawn.error
    switch UInt32(bitPattern: spawn.failed_step) {
    case ESPALIER_SPAWN_CLONE.rawValue: (step, path) = (.clone, request.path)
    case ESPALIER_SPAWN_DIRECTORY.rawValue: (step, path) = (.directory, request.directory ?? "")
    case ESPALIER_SPAWN_EXECUTE.rawValue: (step, path) = (.execute, request.path)
    case ESPALIER_SPAWN_LIMIT.rawValue: (step, path) = (.limit, request.path)
    default: (step, path) = (.setup(spawn.failed_step), request.path)
    }
  }

  /// Whether trying again a little later may help: the machine was short of something.
  var isTransient: Bool {
    (step == .clone || step == .pipes)
      && [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code)
  }
}

extension SpawnFailure {
  /// Whether it is the results folder that could not be written, which is no fault of the job's.
  var isOfStore: Bool {
    (step == .journal || step == .setup(Int32(ESPALIER_SPAWN_REGISTRY.rawValue)))
      && [ENOSPC, EROFS, EDQUOT, EIO].contains(code)
  }
}

extension SpawnFailure: CustomStringConvertible {
  var description: String {
    let reason = SystemCall.words(for: code)
    switch step {
    case .pipes, .clone: return "no process could be started: \(reason)"
    case .directory: return "its working directory \(path) cannot be entered: \(reason)"
    case .journal: return "its journal \(path) could not be made: \(reason)"
    case .limit: return "its memory limit could not be set: \(reason)"
    case .setup(let number): return "its process could not be set up (step \(number)): \(reason)"
    case .execute where code == ENOEXEC:
      return "\(path) is neither a program nor a script that begins with #!"
    case .execute: return "\(path) could not be executed: \(reason)"
    }
  }
}
