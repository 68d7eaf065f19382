import Dispatch
import Glibc
import Synchronization

/// The owner's end of a worker's standard input. Writes do not block the caller, whatever the worker
/// does; a worker that is gone makes them vanish, which its end will tell.
///
/// `@unchecked Sendable`: `pending` and `source` are touched on `queue` only.
final class InputPipe: @unchecked Sendable {
  private let queue: DispatchQueue
  private let source: any DispatchSourceWrite
  private var pending: [UInt8] = []
  private var isSuspended = true
  private var isClosed = false
  private var closesWhenWritten = false

  init(_ descriptor: Int32, label: String) {
    queue = DispatchQueue(label: label)
    source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
    source.setCancelHandler { close(descriptor) }
    source.setEventHandler { [weak self] in self?.write(to: descriptor) }
  }

  /// Hands over bytes to be written when the worker reads.
  func write(_ bytes: [UInt8]) {
    queue.async { [self] in
      guard !isClosed, !closesWhenWritten else { return }
      pending += bytes
      resume()
    }
  }

  /// Closes the pipe behind what was handed over.
  func finish() {
    queue.async { [self] in
      closesWhenWritten = true
      if pending.isEmpty { closeNow() }
    }
  }

  /// Closes the pipe whatever is left to write.
  func abandon() {
    queue.async { [self] in closeNow() }
  }

  private func resume() {
    guard isSuspended else { return }
    isSuspended = false
    source.resume()
  }

  private func closeNow() {
    guard !isClosed else { return }
    isClosed = true
    pending = []
    source.cancel()
    // A suspended source never gets to its cancel handler.
    resume()
  }

  private func write(to descriptor: Int32) {
    while !pending.isEmpty {
      let count = pending.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        pending.removeFirst(count)
        continue
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      return closeNow()
    }
    if closesWhenWritten { return closeNow() }
    source.suspend()
    isSuspended = true
  }
}
