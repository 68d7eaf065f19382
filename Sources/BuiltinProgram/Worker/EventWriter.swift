import Foundation
import Glibc
import Grid
import Synchronization

/// Writes events as JSON lines, from any thread.
final class EventWriter: Sendable {
  private let descriptor: Int32
  /// Held while a line is written, so that each is whole.
  private let encoder: Mutex<JSONEncoder>

  init(descriptor: Int32) {
    self.descriptor = descriptor
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.encoder = Mutex(encoder)
  }

  /// Writes one line whole. A reader that is gone ends the process: nobody wants the result.
  func write(_ event: WorkerEvent) {
    encoder.withLock { encoder in
      do {
        var line = try encoder.encode(event)
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes(writeAll)
      } catch {
        // Events hold strings and finite numbers only; the runner checks its metrics.
        preconditionFailure("an event has no JSON: \(error)")
      }
    }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0 {
        if errno == EINTR { continue }
        _exit(0)
      }
      written += count
    }
  }
}
