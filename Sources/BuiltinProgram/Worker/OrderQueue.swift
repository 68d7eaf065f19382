import Dispatch
import Foundation
import Glibc
import Grid
import Synchronization

/// Lines from the reading thread to the working one.
final class OrderQueue: Sendable {
  private struct State {
    var lines: [Data] = []
    var closed = false
    var isDraining = false
  }

  private let state = Mutex(State())
  private let available = DispatchSemaphore(value: 0)

  func append(_ line: Data) {
    state.withLock { $0.lines.append(line) }
    available.signal()
  }

  /// No line will follow.
  func close() {
    state.withLock { $0.closed = true }
    available.signal()
  }

  /// The next line, waiting for it; `nil` after the last one, and when the owner wants an end soon.
  func next() -> Data? {
    available.wait()
    return state.withLock {
      $0.lines.isEmpty || $0.isDraining ? nil : $0.lines.removeFirst()
    }
  }

  /// Whether the owner wants an end soon.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  private func drain() {
    state.withLock { $0.isDraining = true }
    available.signal()
  }

  /// Appends each line that comes from a descriptor, without its newline, until it ends.
  func fill(from descriptor: Int32) {
    var pending = Data()
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      pending.append(contentsOf: chunk[..<count])
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(pending[..<end])
        if line == Data(JobOrder.drainLine.utf8) {
          drain()
        } else if !line.isEmpty {
          append(line)
        }
        pending = Data(pending[(end + 1)...])
      }
    }
  }
}
