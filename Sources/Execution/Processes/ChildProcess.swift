import Dispatch
import Foundation
import Glibc
import Scheduler
import Synchronization

/// A running child: reads what it says, signals its process group, and sees its end.
///
/// A thread of the child's own waits for all three with `poll`; the handlers are called on the
/// child's serial queue, so that one that floods its output slows down nobody else. Dispatch sources
/// are not used: on Linux, cancelling one while the manager thread holds an event of another that
/// fired with it reads freed memory.
///
/// `@unchecked Sendable`: the mutable state is touched on the watching thread only, inside `queue`
/// when handlers run, except `isOver`, which has its own lock.
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
  /// −1 once it is closed, which `poll` leaves out.
  private var output: Int32
  private var error: Int32
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
    let thread = Thread { [self] in watch() }
    thread.name = "espalier.child"
    thread.stackSize = 512 << 10
    thread.start()
  }

  private func watch() {
    while let handlers {
      var entries = [output, error, process].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
      queue.sync {
        if entries[0].revents != 0 { readOutput(handlers) }
        if entries[1].revents != 0 { readError(handlers) }
        if entries[2].revents != 0 { end(handlers) }
      }
    }
  }

  /// Sends a signal to the whole process group. Nothing happens after the child's end.
  func send(_ signal: Int32) {
    isOver.withLock { isOver in
      if !isOver { kill(-pid, signal) }
    }
  }

  /// Reads a piece at a time, so that one event takes a short time.
  private func readOutput(_ handlers: Handlers) {
    guard read(output, handlers.output) == .closed else { return }
    close(output)
    output = -1
    handlers.outputClosed()
  }

  private func readError(_ handlers: Handlers) {
    guard read(error, handlers.error) == .closed else { return }
    close(error)
    error = -1
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
  private func end(_ handlers: Handlers) {
    isOver.withLock { isOver in
      kill(-pid, SIGKILL)
      isOver = true
    }
    // A process that left the group may go on writing; a full pipe is all that is waited for.
    if output >= 0 { drain(output, handlers.output) }
    if error >= 0 { drain(error, handlers.error) }
    for descriptor in [output, error, process] where descriptor >= 0 { close(descriptor) }
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
