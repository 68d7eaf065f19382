import Keys
import Testing

@testable import Execution

@Suite struct LineSplitterTests {
  func split(_ chunks: [String], limit: Int = 10) -> [String] {
    var splitter = LineSplitter(limit: limit)
    var got: [String] = []
    func take(_ piece: LineSplitter.Piece, _ line: UnsafeRawBufferPointer) {
      got.append("\(piece):\(String(decoding: line, as: UTF8.self))")
    }
    for chunk in chunks {
      var chunk = chunk
      chunk.withUTF8 { splitter.take(UnsafeRawBufferPointer($0), take) }
    }
    splitter.finish(take)
    return got
  }

  @Test func linesComeWholeHoweverTheyCome() {
    #expect(split(["a\nb", "c\n", "", "\nd"]) == ["line:a", "line:bc", "line:", "line:d"])
  }

  @Test func longLinesComeInPieces() {
    #expect(
      split(["0123456789x", "012\n", "ok\n"]) == ["part:0123456789x", "lastPart:012", "line:ok"])
    #expect(split(["0123456789x", "end"]) == ["part:0123456789x", "lastPart:end"])
  }

  @Test func randomCutsChangeNothing() {
    var random = RandomStream(seed: 2, purpose: RandomPurpose("lines")).generator(0)
    for _ in 0..<500 {
      let text = String((0..<random.below(60)).map { _ in "ab\n".randomElement(using: &random)! })
      let characters = Array(text)
      var chunks: [String] = []
      var start = 0
      while start < characters.count {
        let end = min(characters.count, start + 1 + random.below(5))
        chunks.append(String(characters[start..<end]))
        start = end
      }
      var expected = text.split(separator: "\n", omittingEmptySubsequences: false).map {
        "line:\($0)"
      }
      if expected.last == "line:" { expected.removeLast() }
      #expect(split(chunks, limit: 100) == expected)
    }
  }
}
