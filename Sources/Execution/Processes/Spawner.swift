import CShims
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Starts all processes, on one thread that lives as long as the session: the signal that ends a
/// child with its parent follows the *thread* that started it.
final class Spawner: Sendable {
  typealias Completion = @Sendable (Result<SpawnedProcess, SpawnFailure>) -> Void

  private struct Work: Sendable {
    var requests: [(SpawnRequest, Completion)] = []
    var isOver = false
  }

  private let work = Mutex(Work())
  private let wakeUp = DispatchSemaphore(value: 0)
  /// The soft limit of open files that children get back.
  private let openFiles: UInt64

  /// - Parameter openFiles: the soft limit of open files for the children; 0 leaves the owner's.
  init(openFiles: UInt64 = 0) {
    self.openFiles = openFiles
    let thread = Thread { [self] in serve() }
    thread.name = "espalier.spawn"
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Starts the process and tells how that went, on the spawner's own thread.
  func submit(_ request: SpawnRequest, completion: @escaping Completion) {
    work.withLock { $0.requests.append((request, completion)) }
    wakeUp.signal()
  }

  /// Lets the thread end, and with it every process that it started and that is still there.
  func finish() {
    work.withLock { $0.isOver = true }
    wakeUp.signal()
  }

  private func serve() {
    while true {
      wakeUp.wait()
      let (next, isOver) = work.withLock { work in
        (work.requests.isEmpty ? nil : work.requests.removeFirst(), work.isOver)
      }
      if let (request, completion) = next {
        completion(start(request))
      } else if isOver {
        return
      }
    }
  }

  private func start(_ request: SpawnRequest) -> Result<SpawnedProcess, SpawnFailure> {
    // A machine that is short of processes or descriptors for a moment is no reason to fail a job.
    for pause in [10_000, 100_000, 500_000, 1_000_000] as [UInt32] {
      let result = startOnce(request)
      guard case .failure(let failure) = result, failure.isTransient else { return result }
      usleep(pause)
    }
    return startOnce(request)
  }

  private func startOnce(_ request: SpawnRequest) -> Result<SpawnedProcess, SpawnFailure> {
    var pipes = PipeSet()
    do {
      if request.hasInput {
        try pipes.addInput()
      } else {
        try pipes.addNull()
      }
      try pipes.addOutput()
      try pipes.addOutput()
    } catch {
      return .failure(SpawnFailure(step: .pipes, path: request.path, code: error.code))
    }
    var journal: Int32 = -1
    if let path = request.journal {
      journal = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
      guard journal >= 0 else {
        return .failure(SpawnFailure(step: .journal, path: path, code: errno))
      }
    }
    defer { if journal >= 0 { close(journal) } }
    var spawn = espalier_spawn()
    spawn.journal = journal
    spawn.descriptors = (pipes.theirs[0], pipes.theirs[1], pipes.theirs[2])
    spawn.address_space = UInt64(request.addressSpace ?? 0)
    spawn.open_files = openFiles
    spawn.registry = request.registry
    spawn.registry_offset = Int64(request.registryOffset)
    let pid = request.path.withCString { path in
      withOptionalCString(request.directory) { directory in
        withCStrings(request.arguments) { arguments in
          withCStrings(request.environment) { environment in
            spawn.path = path
            spawn.directory = directory
            spawn.arguments = arguments
            spawn.environment = environment
            return espalier_spawn(&spawn)
          }
        }
      }
    }
    guard pid > 0 else { return .failure(SpawnFailure(spawn, request: request)) }
    let ours = pipes.release()
    return .success(
      SpawnedProcess(
        pid: pid, group: spawn.group, processDescriptor: spawn.process_descriptor,
        input: request.hasInput ? ours[0] : nil, output: ours[1], error: ours[2]))
  }
}

/// The ends of a process's pipes; closes on its way out what was not released.
private struct PipeSet: ~Copyable {
  var theirs: [Int32] = []
  private var ours: [Int32] = []

  struct PipeError: Error {
    let code: Int32
  }

  /// A pipe that the process reads from.
  mutating func addInput() throws(PipeError) {
    let (read, write) = try pipe()
    theirs.append(read)
    ours.append(write)
    _ = fcntl(write, F_SETFL, O_NONBLOCK)
  }

  /// A pipe that the process writes to.
  mutating func addOutput() throws(PipeError) {
    let (read, write) = try pipe()
    theirs.append(write)
    ours.append(read)
    _ = fcntl(read, F_SETFL, O_NONBLOCK)
  }

  mutating func addNull() throws(PipeError) {
    let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw PipeError(code: errno) }
    theirs.append(file)
    ours.append(-1)
  }

  private func pipe() throws(PipeError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard espalier_pipe(&ends) == 0 else { throw PipeError(code: errno) }
    return (ends[0], ends[1])
  }

  /// Our ends, which the caller closes from now on.
  mutating func release() -> [Int32] {
    defer { ours = [] }
    return ours
  }

  deinit {
    for descriptor in theirs + ours where descriptor >= 0 { close(descriptor) }
  }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}

private func withOptionalCString<Result>(
  _ string: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let string else { return body(nil) }
  return string.withCString { body($0) }
}
