import Dispatch
import Glibc
import Synchronization

/// The owner's end of a worker's standard input. Writes do not block the caller, whatever the worker
/// does; a worker that is gone makes them vanish, which its end will tell.
///
/// `@unchecked Sendable`: `isClosed` is touched on `queue` only, and `isAbandoned` has its own lock.
final class InputPipe: @unchecked Sendable {
  /// How long a write that waits for a reader goes without looking whether it is still wanted.
  private static let patience: Int32 = 100

  private let descriptor: Int32
  private let queue: DispatchQueue
  private let isAbandoned = Mutex(false)
  private var isClosed = false

  init(_ descriptor: Int32, label: String) {
    self.descriptor = descriptor
    queue = DispatchQueue(label: label)
  }

  deinit {
    if !isClosed { close(descriptor) }
  }

  /// Hands over bytes to be written when the worker reads.
  func write(_ bytes: [UInt8]) {
    queue.async { [self] in writeNow(bytes) }
  }

  /// Closes the pipe behind what was handed over.
  func finish() {
    queue.async { [self] in closeNow() }
  }

  /// Closes the pipe whatever is left to write.
  func abandon() {
    isAbandoned.withLock { $0 = true }
    finish()
  }

  private func closeNow() {
    guard !isClosed else { return }
    isClosed = true
    close(descriptor)
  }

  private func writeNow(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !isClosed, !isAbandoned.withLock({ $0 }) {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, Self.patience)
      } else if !(count < 0 && errno == EINTR) {
        closeNow()
      }
    }
  }
}
