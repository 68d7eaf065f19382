import Grid
import Keys
import Testing

@testable import BuiltinProgram

@Suite("the time that a stage took")
struct StageTimeTests {
  private let stage = StageKey(Digest(of: "a stage"))
  private let other = StageKey(Digest(of: "another"))
  private let trajectory = StageKey(Digest(of: "a trajectory"))

  @Test("counts what earlier attempts spent on the way to the checkpoint")
  func earlierAttempts() {
    var first = StageTime(of: stage, since: 100)
    _ = first.note(of: stage, at: 103)
    // Saved again later, and killed after that: what was lost does not count.
    let left = first.note(of: stage, at: 107)
    #expect(left == CheckpointNote(stage: stage, seconds: 7))
    var second = StageTime(of: stage, since: 500)
    second.goOn(from: left, of: stage)
    #expect(second.seconds(at: 504) == 11)
    let later = second.note(of: stage, at: 505)
    var third = StageTime(of: stage, since: 0.5)
    third.goOn(from: later, of: stage)
    #expect(later.seconds == 12 && third.seconds(at: 1) == 12.5)
  }

  @Test("a measured state's trajectory does not hide what the measurement had taken")
  func severalCheckpoints() {
    func resumed(_ notes: [(CheckpointNote, StageKey)], savingBefore: StageKey? = nil) -> Double {
      var time = StageTime(of: stage, since: 10)
      if let savingBefore { _ = time.note(of: savingBefore, at: 11) }
      for (note, key) in notes { time.goOn(from: note, of: key) }
      return time.seconds(at: 12)
    }
    let training = (CheckpointNote(stage: other, seconds: 50), trajectory)
    let early = (CheckpointNote(stage: stage, seconds: 20), trajectory)
    let own = (CheckpointNote(stage: stage, seconds: 60), stage)
    #expect(resumed([training]) == 2)
    #expect(resumed([training, own]) == 62)
    #expect(resumed([early, own]) == 62)
    #expect(resumed([own, early]) == 62)
    #expect(resumed([own], savingBefore: trajectory) == 62)
    // What this attempt saved itself is in its own time.
    #expect(resumed([early], savingBefore: trajectory) == 2)
  }

  @Test("a note is read as it was written, and taken off the checkpoint")
  func format() {
    let note = CheckpointNote(stage: stage, seconds: 12.75)
    var bytes: [UInt8] = [7, 8, 9]
    note.append(to: &bytes)
    #expect(bytes.count == 51)
    #expect(bytes[3..<11].elementsEqual("ESPNOTE1".utf8))
    #expect(Array(bytes[11..<43]) == stage.digest.bytes)
    // 12.75 is 1.59375 · 2³.
    #expect(bytes[43...].elementsEqual([0, 0, 0, 0, 0, 0x80, 0x29, 0x40]))
    #expect(CheckpointNote.remove(from: &bytes) == note)
    #expect(bytes == [7, 8, 9])
    // As an earlier version left it.
    #expect(CheckpointNote.remove(from: &bytes) == nil)
    #expect(bytes == [7, 8, 9])
    for seconds in [-1, Double.nan, .infinity] {
      bytes = []
      CheckpointNote(stage: stage, seconds: seconds).append(to: &bytes)
      #expect(CheckpointNote.remove(from: &bytes) == nil)
    }
  }
}
