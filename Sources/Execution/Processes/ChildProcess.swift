import Dispatch
import Glibc
import Scheduler
import Synchronization

/// A running child: reads what it says, signals its process group, and sees its end.
///
/// Handlers are called on the child's own serial queue with a piece at a time, and have to be brief.
///
/// `@unchecked Sendable`: the mutable state is touched on `queue` only once `start` was called, except
/// `isOver`, which has its own lock.
final class ChildProcess: @unchecked Sendable {
  /// What to do with what the child says. `ended` comes last and once.
  struct Handlers {
    let output: (UnsafeRawBufferPointer) -> Void
    /// Asked after each piece of output: the longest time for which the next may lie there unread, so
    /// that several are read together. Zero is none.
    let patience: () -> Duration
    /// The output was closed, which most children do by ending.
    let outputClosed: () -> Void
    let error: (UnsafeRawBufferPointer) -> Void
    let ended: (ProcessEnd) -> Void
  }

  /// One descriptor that is listened to.
  private struct Ear {
    let descriptor: Int32
    let name: DescriptorWatch.Name
  }

  private enum ReadResult {
    case some, nothing, closed
    /// There is more to read, and the child may wait for that.
    case full
  }

  /// The process group, which is signalled as a whole.
  let group: Int32
  private let spawned: SpawnedProcess
  private let queue: DispatchQueue
  private let watch: DescriptorWatch
  private var handlers: Handlers?
  private var output: Ear?
  private var error: Ear?
  private var process: Ear?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  /// Once the process was waited for, its number may be another's.
  private let isOver = Mutex(false)

  /// Takes over the descriptors of `spawned`, except the input.
  init(_ spawned: SpawnedProcess, queue: DispatchQueue, watch: DescriptorWatch) {
    group = spawned.pid
    self.spawned = spawned
    self.queue = queue
    self.watch = watch
  }

  /// Begins to listen. The child keeps itself and what the handlers hold alive until its end.
  func start(_ handlers: sending Handlers) {
    self.handlers = handlers
    queue.async { [self] in
      output = ear(spawned.output) { [self] in readOutput() }
      error = ear(spawned.error) { [self] in readError() }
      process = ear(spawned.processDescriptor) { [self] in end() }
    }
  }

  private func ear(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) -> Ear {
    Ear(
      descriptor: descriptor,
      name: watch.add(descriptor, .reading, queue: queue, isBrief: true) { _ in handler() })
  }

  private func closeEar(_ ear: inout Ear?) {
    guard let open = ear else { return }
    watch.remove(open.name)
    close(open.descriptor)
    ear = nil
  }

  /// Sends a signal to the whole process group. Nothing happens once the child was waited for: its
  /// group's number may be another's.
  func send(_ signal: Int32) {
    isOver.withLock { isOver in
      if !isOver { kill(-group, signal) }
    }
  }

  /// Reads a piece at a time, so that one event takes a short time.
  private func readOutput() {
    guard let ear = output, let handlers else { return }
    switch read(ear.descriptor, handlers.output) {
    case .closed:
      closeEar(&output)
      handlers.outputClosed()
    case .full: watch.arm(ear.name)
    case .some, .nothing:
      let patience = handlers.patience()
      if patience > .zero {
        watch.arm(ear.name, after: patience / 2...patience)
      } else {
        watch.arm(ear.name)
      }
    }
  }

  /// Output that was written before is read before, so that a process that breaks down speaks into the
  /// log of what it was at. There is no order between two pipes: what is written to this one in the
  /// instant before an order is done may go into the log of the next.
  private func readError() {
    guard let ear = error, let handlers else { return }
    if let output { drain(output, handlers.output) }
    if read(ear.descriptor, handlers.error) == .closed {
      closeEar(&error)
    } else {
      watch.arm(ear.name)
    }
  }

  private func read(
    _ descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> ReadResult {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return count == buffer.count ? .full : .some
      }
      if count == 0 { return .closed }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .nothing : .closed
    }
  }

  /// The child has ended and is not waited for yet, so its group's number is still its own: first
  /// everything else in the group goes, then what is left in the pipes is read.
  private func end() {
    guard process != nil, let handlers else { return }
    let status = wait()
    // A process that left the group may go on writing; a full pipe is all that is waited for.
    if let output { drain(output, handlers.output) }
    if let error { drain(error, handlers.error) }
    closeEar(&output)
    closeEar(&error)
    closeEar(&process)
    self.handlers = nil
    handlers.ended(status)
  }

  private func drain(_ ear: Ear, _ body: (UnsafeRawBufferPointer) -> Void) {
    for _ in 0..<16 {
      switch read(ear.descriptor, body) {
      case .some, .full: continue
      case .nothing, .closed: return
      }
    }
  }

  /// Ends the group, then takes the child's status; from then on nobody signals it.
  private func wait() -> ProcessEnd {
    isOver.withLock { isOver in
      kill(-group, SIGKILL)
      isOver = true
      var status: Int32 = 0
      while waitpid(spawned.pid, &status, 0) < 0 {
        guard errno == EINTR else {
          return .notStarted("its end could not be seen: \(SystemCall.words(for: errno))")
        }
      }
      let signal = status & 0x7F
      return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }
  }
}
