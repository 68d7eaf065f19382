import Dispatch
import Grid
import Keys
import Synchronization

/// Computes the ids of runs, in pieces and on all cores.
struct RunHashing: Sendable {
  private let hashers: [RunHasher]
  private let blockNumbers: [Int32]
  private let numbers: [Int]

  private static let pieceSize = 16_384

  init(blocks: [RunBlock], blockNumbers: [Int32], numbers: [Int]) {
    hashers = blocks.map(RunHasher.init)
    self.blockNumbers = blockNumbers
    self.numbers = numbers
  }

  /// The bits of the runs' ids, in their order, and whether some come twice.
  ///
  /// - Parameter other: something to do meanwhile on this thread, which then helps.
  /// - Complexity: O(runs × length of their parameters' JSON from the first that an axis sets).
  func identifiers(while other: () -> Void) -> (all: [UInt64], areRepeated: Bool) {
    let pieces = Pieces(count: (numbers.count + Self.pieceSize - 1) / Self.pieceSize)
    let group = DispatchGroup()
    if pieces.count > 1 {
      DispatchQueue.global().async(group: group) {
        pieces.work(piece)
        pieces.finish(expectedCount: numbers.count)
      }
    }
    other()
    pieces.work(piece)
    group.wait()
    return pieces.finish(expectedCount: numbers.count)
  }

  private func piece(_ piece: Int) -> [UInt64] {
    let range = piece * Self.pieceSize..<min(numbers.count, (piece + 1) * Self.pieceSize)
    var buffer: [UInt8] = []
    return range.map { index in
      hashers[blockNumbers.isEmpty ? 0 : Int(blockNumbers[index])]
        .identifier(of: numbers[index], &buffer)
    }
  }

  /// Pieces of work that several threads take one after the other.
  private final class Pieces: Sendable {
    private struct State {
      var next = 0
      var results: [[UInt64]]
      var left: Int
      var whole: (all: [UInt64], areRepeated: Bool)?
    }

    let count: Int
    private let state: Mutex<State>

    init(count: Int) {
      self.count = count
      state = Mutex(State(results: Array(repeating: [], count: count), left: count))
    }

    func work(_ body: (Int) -> [UInt64]) {
      while true {
        let piece = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        if piece >= count { return }
        let result = body(piece)
        state.withLock {
          $0.results[piece] = result
          $0.left -= 1
        }
      }
    }

    /// Puts the results together, once all are there: where the last one is another thread's, that one
    /// does it, and this says nothing of worth.
    @discardableResult
    func finish(expectedCount: Int) -> (all: [UInt64], areRepeated: Bool) {
      state.withLock { state in
        if let whole = state.whole { return whole }
        if state.left > 0 { return ([], false) }
        var all: [UInt64] = []
        all.reserveCapacity(expectedCount)
        for piece in state.results { all += piece }
        let sorted = all.sorted()
        let whole = (all, zip(sorted, sorted.dropFirst()).contains { $0 == $1 })
        state.whole = whole
        return whole
      }
    }
  }
}

/// Hashes the parameters of the runs of one block. Their texts begin alike up to the first parameter
/// that an axis sets: that part is hashed once.
struct RunHasher: Sendable {
  private enum Segment {
    case fixed([UInt8])
    case varying(axis: Int, position: Int)
  }

  private let block: RunBlock
  private let head: DigestBuilder
  /// What follows the head; `nil` where some runs lack a parameter, so that commas vary too.
  private let segments: [Segment]?

  init(_ block: RunBlock) {
    self.block = block
    let isWhole = block.axes.allSatisfy { axis in
      axis.fragments.allSatisfy { $0.allSatisfy { !$0.isEmpty } }
    }
    guard isWhole else {
      head = DigestBuilder()
      segments = nil
      return
    }
    var source = [(axis: Int, position: Int)?](repeating: nil, count: block.names.count)
    for (axis, content) in block.axes.enumerated() {
      for (position, slot) in content.slots.enumerated() { source[slot] = (axis, position) }
    }
    var segments: [Segment] = []
    var pending = [UInt8(ascii: "{")]
    var isFirst = true
    func separate() {
      if !isFirst { pending.append(UInt8(ascii: ",")) }
      isFirst = false
    }
    for slot in block.names.indices {
      if let (axis, position) = source[slot] {
        separate()
        segments.append(.fixed(pending))
        pending = []
        segments.append(.varying(axis: axis, position: position))
      } else if !block.fragments[slot].isEmpty {
        separate()
        pending += block.fragments[slot]
      }
    }
    pending.append(UInt8(ascii: "}"))
    segments.append(.fixed(pending))
    var head = DigestBuilder()
    if case .fixed(let text) = segments.removeFirst() { text.withUnsafeBytes { head.update($0) } }
    self.head = head
    self.segments = segments
  }

  /// The bits of a run's id.
  func identifier(of run: Int, _ buffer: inout [UInt8]) -> UInt64 {
    guard let segments else { return Digest(of: block.parameters(of: run)).prefix64 >> 16 }
    buffer.removeAll(keepingCapacity: true)
    for segment in segments {
      switch segment {
      case .fixed(let text): buffer.append(contentsOf: text)
      case .varying(let axis, let position):
        buffer.append(
          contentsOf: block.axes[axis].fragments[block.point(of: run, on: axis)][position])
      }
    }
    var hash = head
    buffer.withUnsafeBytes { hash.update($0) }
    return hash.digest().prefix64 >> 16
  }
}
