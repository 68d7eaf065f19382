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
    while true {
      available.wait()
      let (line, isOver): (Data?, Bool) = state.withLock { state in
        if state.isDraining { return (nil, true) }
        if state.lines.isEmpty { return (nil, state.closed) }
        return (state.lines.removeFirst(), false)
      }
      // Lines that were wanted back have left their signals.
      if line != nil || isOver { return line }
    }
  }

  /// Whether the owner wants an end soon.
  var isDraining: Bool { state.withLock { $0.isDraining } }

  private func drain() {
    state.withLock { $0.isDraining = true }
    available.signal()
  }

  private func recall() -> [Data] {
    state.withLock { state in
      defer { state.lines = [] }
      return state.lines
    }
  }

  /// Appends each line that comes from a descriptor, without its newline, until it ends.
  ///
  /// - Parameter recalled: called with the lines that are wanted back and were not given out: they are
  ///   the queue's no more.
  func fill(from descriptor: Int32, recalled: ([Data]) -> Void) {
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
        } else if line == Data(JobOrder.recallLine.utf8) {
          recalled(recall())
        } else if !line.isEmpty {
          append(line)
        }
        pending = Data(pending[(end + 1)...])
      }
    }
  }
}
