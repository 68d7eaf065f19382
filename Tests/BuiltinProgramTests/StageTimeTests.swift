import Grid
import Keys
import Testing

@testable import BuiltinProgram

@Suite("the time that a stage took")
struct StageTimeTests {
  private let stage = StageKey(Digest(of: "a stage"))
  private let other = StageKey(Digest(of: "another"))

  @Test("counts what earlier attempts spent on the way to the checkpoint")
  func earlierAttempts() {
    var first = StageTime(of: stage, since: 100)
    _ = first.checkpoint([1], at: 103)
    // Saved again later, and killed after that: what was lost does not count.
    let left = first.checkpoint([1, 2], at: 107)
    #expect(left == Checkpoint(stage: stage, seconds: 7, state: [1, 2]))
    var second = StageTime(of: stage, since: 500)
    second.goOn(from: left)
    #expect(second.seconds(at: 504) == 11)
    let later = second.checkpoint([3], at: 505)
    var third = StageTime(of: stage, since: 0.5)
    third.goOn(from: later)
    #expect(later.seconds == 12 && third.seconds(at: 1) == 12.5)
  }

  @Test("counts no checkpoint of another stage, none of its own and none twice")
  func others() {
    var time = StageTime(of: stage, since: 10)
    time.goOn(from: Checkpoint(stage: other, seconds: 50, state: []))
    #expect(time.seconds(at: 12) == 2)
    time = StageTime(of: stage, since: 10)
    let own = time.checkpoint([], at: 13)
    time.goOn(from: own)
    #expect(time.seconds(at: 15) == 5)
    time = StageTime(of: stage, since: 10)
    time.goOn(from: own)
    time.goOn(from: Checkpoint(stage: stage, seconds: 40, state: []))
    #expect(time.seconds(at: 11) == 4)
  }

  @Test("a checkpoint is read as it was written, and nothing else is")
  func format() throws {
    let checkpoint = Checkpoint(stage: stage, seconds: 12.75, state: [7, 8, 9])
    let bytes = checkpoint.encoded
    #expect(Checkpoint(encoded: bytes) == checkpoint)
    #expect(
      Checkpoint(encoded: Checkpoint(stage: other, seconds: 0, state: []).encoded)?.state == [])
    #expect(Checkpoint(encoded: Array(bytes.prefix(47))) == nil)
    #expect(Checkpoint(encoded: [0] + bytes) == nil)
    for seconds in [-1, Double.nan, .infinity] {
      let encoded = Checkpoint(stage: stage, seconds: seconds, state: []).encoded
      #expect(Checkpoint(encoded: encoded) == nil)
    }
  }
}
