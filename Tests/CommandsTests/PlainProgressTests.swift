import Testing

@testable import Commands

@Suite("Lines about long commands")
struct PlainProgressTests {
  @Test("a line every five seconds, and none before the first five")
  func lines() {
    var time = 100.0
    var said: [String] = []
    let progress = PlainProgress(now: { time }, say: { said.append($0) })
    var made = 0
    for count in 1...20 {
      time += 1
      progress.update(
        {
          made += 1
          return "\(count) jobs"
        }())
    }
    #expect(said == ["5 jobs", "10 jobs", "15 jobs", "20 jobs"])
    #expect(made == 4)
  }
}
