import Dispatch
import Synchronization

/// Pieces that are made on a thread of their own while those before them are used, a few ahead.
///
/// Entering a million runs is SQLite's work, on one connection; what it enters can be made beside it.
final class Feed<Piece: Sendable>: Sendable {
  private struct State {
    var pieces: [Piece] = []
    var isClosed = false
    var failure: (any Error)?
  }

  /// Thrown where a piece is handed over that nobody will use.
  private struct Closed: Error {}

  private let state = Mutex(State())
  /// Counts from 0 and up: Dispatch ends a process that lets go of a semaphore below what it began with.
  private let free = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)

  /// - Parameter make: hands over the pieces in their order.
  init(ahead: Int = 4, _ make: @escaping @Sendable (_ hand: (Piece) throws -> Void) throws -> Void)
  {
    for _ in 0..<ahead { free.signal() }
    DispatchQueue.global().async { [self] in
      let failure: (any Error)?
      do {
        try make(hand)
        failure = nil
      } catch {
        failure = error
      }
      state.withLock { $0.failure = failure }
      filled.signal()
      finished.signal()
    }
  }

  private func hand(_ piece: Piece) throws {
    free.wait()
    try state.withLock { state in
      if state.isClosed { throw Closed() }
      state.pieces.append(piece)
    }
    filled.signal()
  }

  /// The next piece; `nil` after the last.
  ///
  /// - Throws: what `make` threw, after the pieces that it handed over before.
  func next() throws -> Piece? {
    filled.wait()
    let piece = try state.withLock { state -> Piece? in
      if !state.pieces.isEmpty { return state.pieces.removeFirst() }
      if let failure = state.failure { throw failure }
      return nil
    }
    // The end is found again by who asks again.
    if piece == nil { filled.signal() } else { free.signal() }
    return piece
  }

  /// Ends the making; to be called by who does not use all pieces, and harmless for others.
  func close() {
    state.withLock { $0.isClosed = true }
    free.signal()
    finished.wait()
    finished.signal()
  }
}
