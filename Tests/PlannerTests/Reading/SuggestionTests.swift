import Testing

@testable import Grid

@Suite struct SuggestionTests {
  static let names = ["temperature", "learning_rate", "seed", "step", "loss_temperature", "about"]

  @Test(arguments: [
    ("temprature", "temperature"), ("Temperature", "temperature"),
    ("learning-rate", "learning_rate"),
    ("leraning_rate", "learning_rate"), ("sed", "seed"), ("lr", "learning_rate"),
    ("temp", "temperature"), ("steps", "step"), ("losstemperature", "loss_temperature"),
  ])
  func nearWords(word: String, meant: String) {
    #expect(Suggestion.nearest(to: word, among: Self.names) == meant)
  }

  @Test(arguments: ["", "x", "batch_size", "zzzzzzzz", "te"])
  func farWords(word: String) {
    #expect(Suggestion.nearest(to: word, among: Self.names) == nil)
  }

  @Test func distanceCountsEdits() {
    func distance(_ left: String, _ right: String) -> Int {
      Suggestion.distance(Array(left.utf8), Array(right.utf8))
    }
    #expect(distance("kitten", "sitting") == 3)
    #expect(distance("ab", "ba") == 1)
    #expect(distance("", "abc") == 3)
    #expect(distance("same", "same") == 0)
    #expect(distance("seed", "sede") == 1)
  }
}
