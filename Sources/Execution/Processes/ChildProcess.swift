import Dispatch
import Glibc
import Scheduler
import Synchronization

/// A running child: reads what it says, signals its process group, and sees its end.
///
/// Everything is called on the child's own serial queue, so that one that floods its output slows
/// down nobody else.
///
/// `@unchecked Sendable`: the mutable state is touched on `queue` only once `start` was called, except
/// `isOver`, which has its own lock.
final class ChildProcess: @unchecked Sendable {
  /// What to do with what the child says. `ended` comes last and once.
  struct Handlers {
    let output: (UnsafeRawBufferPointer) -> Void
    /// The output was closed, which most children do by ending.
    let outputClosed: () -> Void
    let error: (UnsafeRawBufferPointer) -> Void
    let ended: (ProcessEnd) -> Void
  }

  let pid: Int32
  private let queue: DispatchQueue
  private var handlers: Handlers?
  private let process: Int32
  private let output: Int32
  private let error: Int32
  private var outputSource: (any DispatchSourceRead)?
  private var errorSource: (any DispatchSourceRead)?
  private var processSource: (any DispatchSourceRead)?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Once the process was waited for, its number may be another's.
  private let isOver = Mutex(false)

  /// Takes over the descriptors of `spawned`, except the input.
  init(_ spawned: SpawnedProcess, queue: DispatchQueue) {
    pid = spawned.pid
    process = spawned.processDescriptor
    output = spawned.output
    error = spawned.error
    self.queue = queue
  }

  /// Begins to listen. The child keeps itself and what the handlers hold alive until its end.
  func start(_ handlers: sending Handlers) {
    self.handlers = handlers
    queue.async { [self] in
      outputSource = source(output) { [self] in readOutput() }
      errorSource = source(error) { [self] in readError() }
      processSource = source(process) { [self] in end() }
    }
  }

  private func source(_ descriptor: Int32, _ handler: @escaping () -> Void) -> any DispatchSourceRead {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler(handler: handler)
    source.setCancelHandler { close(descriptor) }
    source.resume()
    return source
  }

  /// Sends a signal to the whole process group. Nothing happens after the child's end.
  func send(_ signal: Int32) {
    isOver.withLock { isOver in
      if !isOver { kill(-pid, signal) }
    }
  }

  /// Reads a piece at a time, so that one event takes a short time.
  private func readOutput() {
    guard let source = outputSource, let handlers else { return }
    if read(output, handlers.output) == .closed {
      source.cancel()
      outputSource = nil
      handlers.outputClosed()
    }
  }

  private func readError() {
    guard let source = errorSource, let handlers else { return }
    if read(error, handlers.error) == .closed {
      source.cancel()
      errorSource = nil
    }
  }

  private enum ReadResult {
    case some, nothing, closed
  }

  private func read(
    _ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> ReadResult {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return .some
      }
      if count == 0 { return .closed }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .nothing : .closed
    }
  }

  /// The child has ended and is not waited for yet, so its group's number is still its own: first
  /// everything else in the group goes, then what is left in the pipes is read.
  private func end() {
    guard processSource != nil, let handlers else { return }
    isOver.withLock { isOver in
      kill(-pid, SIGKILL)
      isOver = true
    }
    // A process that left the group may go on writing; a full pipe is all that is waited for.
    if outputSource != nil { drain(output, handlers.output) }
    if errorSource != nil { drain(error, handlers.error) }
    for source in [outputSource, errorSource, processSource] { source?.cancel() }
    outputSource = nil
    errorSource = nil
    processSource = nil
    self.handlers = nil
    handlers.ended(wait())
  }

  private func drain(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void) {
    for _ in 0..<16 {
      guard read(descriptor, body) == .some else { return }
    }
  }

  private func wait() -> ProcessEnd {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      if errno != EINTR { return .notStarted("its end could not be seen: \(SystemCall.words(for: errno))") }
    }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }
}
