import Dispatch
import Glibc
import Synchronization

/// The owner's end of a worker's standard input. Writes do not block the caller, whatever the worker
/// does; a worker that is gone makes them vanish, which its end will tell.
final class InputPipe: Sendable {
  private struct State: Sendable {
    var pending: [UInt8] = []
    var name: DescriptorWatch.Name?
    var closesWhenWritten = false
    var isClosed = false
  }

  private let descriptor: Int32
  private let queue: DispatchQueue
  private let watch: DescriptorWatch
  private let state = Mutex(State())

  /// - Parameter queue: where waiting bytes are written.
  init(_ descriptor: Int32, queue: DispatchQueue, watch: DescriptorWatch) {
    self.descriptor = descriptor
    self.queue = queue
    self.watch = watch
  }

  deinit {
    state.withLock { closeNow(&$0) }
  }

  /// Writes what the pipe takes, and the rest when the worker has read.
  func write(_ bytes: [UInt8]) {
    state.withLock { state in
      guard !state.isClosed, !state.closesWhenWritten else { return }
      state.pending += bytes
      if state.name == nil || state.pending.count == bytes.count { writePending(&state) }
    }
  }

  /// Closes the pipe behind what was handed over.
  func finish() {
    state.withLock { state in
      state.closesWhenWritten = true
      if state.pending.isEmpty { closeNow(&state) }
    }
  }

  /// Closes the pipe whatever is left to write.
  func abandon() {
    state.withLock { closeNow(&$0) }
  }

  private func closeNow(_ state: inout State) {
    guard !state.isClosed else { return }
    state.isClosed = true
    state.pending = []
    if let name = state.name { watch.remove(name) }
    close(descriptor)
  }

  private func writePending(_ state: inout State) {
    while !state.pending.isEmpty {
      let count = state.pending.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        state.pending.removeFirst(count)
      } else if errno == EAGAIN {
        return waitForRoom(&state)
      } else if errno != EINTR {
        return closeNow(&state)
      }
    }
    if state.closesWhenWritten { closeNow(&state) }
  }

  private func waitForRoom(_ state: inout State) {
    if let name = state.name { return watch.arm(name) }
    state.name = watch.add(descriptor, .writing, queue: queue) { [weak self] _ in
      self?.state.withLock { state in
        if !state.isClosed { self?.writePending(&state) }
      }
    }
  }
}
