import Foundation
import Grid

extension WorkerEvent {
  /// Reads a worker's line. The two that every job has are read directly, in a small part of the time
  /// of a general decoder.
  ///
  /// - Throws: when the line is no event.
  static func reading(
    _ line: UnsafeRawBufferPointer, _ decoder: JSONDecoder
  ) throws -> WorkerEvent {
    if let event = EventScanner.event(line) { return event }
    return try decoder.decode(WorkerEvent.self, from: Data(line))
  }
}
