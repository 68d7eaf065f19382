import Dispatch
import Synchronization
import Testing

@testable import JobTable

@Suite struct FeedTests {
  private struct Broken: Error {}

  @Test func piecesComeInTheirOrderAndEndOnce() throws {
    let feed = Feed<Int> { hand in for number in 0..<1_000 { try hand(number) } }
    var got: [Int] = []
    while let piece = try feed.next() { got.append(piece) }
    #expect(got == Array(0..<1_000))
    #expect(try feed.next() == nil)
    feed.close()
  }

  @Test func whatFailsIsToldAfterWhatWasMade() throws {
    let feed = Feed<Int> { hand in
      try hand(1)
      throw Broken()
    }
    #expect(try feed.next() == 1)
    #expect(throws: Broken.self) { try feed.next() }
    feed.close()
  }

  /// Who stops in the middle waits for no more than the piece in the making, however far the making is.
  @Test func makingEndsWithTheOneWhoAsks() throws {
    for taken in 0..<12 {
      let made = Mutex(0)
      let isAhead = DispatchSemaphore(value: 0)
      let feed = Feed<Int> { hand in
        for number in 0..<1_000_000 {
          try hand(number)
          made.withLock { $0 = number + 1 }
          if number + 1 == taken + 4 { isAhead.signal() }
        }
      }
      for number in 0..<taken { #expect(try feed.next() == number) }
      // Now it waits for room, or is about to.
      isAhead.wait()
      feed.close()
      #expect(made.withLock { $0 } == taken + 4)
    }
  }
}
