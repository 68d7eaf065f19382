import CShims
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Starts all workers, on one thread that lives as long as the session: the signal that ends a
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
      try pipes.addInput()
      try pipes.addOutput()
      try pipes.addOutput()
    } catch {
      return .failure(SpawnFailure(step: .pipes, path: request.path, code: error.code))
    }
    var spawn = espalier_spawn()
    spawn.descriptors = (pipes.theirs[0], pipes.theirs[1], pipes.theirs[2])
    spawn.open_files = openFiles
    spawn.registry = request.registry
    spawn.registry_offset = Int64(request.registryOffset)
    let pid = request.path.withCString { path in
      withCStrings(request.arguments) { arguments in
        withCStrings(request.environment) { environment in
          spawn.path = path
          spawn.arguments = arguments
          spawn.environment = environment
          return espalier_spawn(&spawn)
        }
      }
    }
    guard pid > 0 else {
      return .failure(
        SpawnFailure(
          step: UInt32(bitPattern: spawn.failed_step), code: spawn.error, path: request.path,
          directory: nil))
    }
    let ours = pipes.release()
    return .success(
      SpawnedProcess(
        pid: pid, processDescriptor: spawn.process_descriptor, input: ours[0], output: ours[1],
        error: ours[2]))
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
