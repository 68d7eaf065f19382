import CShims
import Glibc

/// A worker to be started.
struct SpawnRequest: Sendable {
  /// The file to execute.
  let path: String
  /// Beginning with the program's name.
  let arguments: [String]
  /// `NAME=value`.
  let environment: [String]
  let registry: Int32
  let registryOffset: Int
}

/// A process that was started, with the owner's ends of its pipes, all non-blocking.
struct SpawnedProcess: Sendable {
  /// Its number, and that of the process group that it leads.
  let pid: Int32
  /// Readable when the process has ended.
  let processDescriptor: Int32
  let input: Int32
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

  /// - Parameters:
  ///   - step: an `espalier_spawn_step`.
  ///   - code: errno of that step.
  init(step: UInt32, code: Int32, path: String, directory: String?) {
    self.code = code
    switch step {
    case ESPALIER_SPAWN_CLONE.rawValue: (self.step, self.path) = (.clone, path)
    case ESPALIER_SPAWN_DIRECTORY.rawValue: (self.step, self.path) = (.directory, directory ?? "")
    case ESPALIER_SPAWN_EXECUTE.rawValue: (self.step, self.path) = (.execute, path)
    case ESPALIER_SPAWN_LIMIT.rawValue: (self.step, self.path) = (.limit, path)
    default: (self.step, self.path) = (.setup(Int32(step)), path)
    }
  }

  /// Whether trying again a little later may help: the machine was short of something, or the program
  /// was just being written.
  var isTransient: Bool {
    switch step {
    case .clone, .pipes: [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code)
    case .execute: code == ETXTBSY
    default: false
    }
  }
}

extension SpawnFailure {
  /// Whether it is the results folder that could not be written, which is no fault of the job's.
  var isOfStore: Bool {
    step == .setup(Int32(ESPALIER_SPAWN_REGISTRY.rawValue))
      && [ENOSPC, EROFS, EDQUOT, EIO].contains(code)
  }
}

extension SpawnFailure: CustomStringConvertible {
  var description: String {
    let reason = SystemCall.words(for: code)
    switch step {
    case .pipes, .clone: return "no process could be started: \(reason)"
    case .directory: return "its working directory \(path) cannot be entered: \(reason)"
    case .limit: return "its memory limit could not be set: \(reason)"
    case .setup(let number): return "its process could not be set up (step \(number)): \(reason)"
    case .execute where code == ENOEXEC:
      return "\(path) is neither a program nor a script that begins with #!"
    case .execute: return "\(path) could not be executed: \(reason)"
    }
  }
}
