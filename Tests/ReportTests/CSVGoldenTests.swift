import Foundation
import Keys
import Testing

@testable import Report

/// The reader against Python's csv module (tools/golden/csv_cases.py), in pieces of any size, and
/// against bytes that are no CSV at all.
@Suite struct CSVGoldenTests {
  struct Case: Decodable {
    let text: String
    let records: [[String]]
    let lines: [Int]

    /// The text's characters are its bytes.
    var bytes: [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }
  }

  private static func cases() throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/csv_cases.json")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }

  @Test func agreesWithPython() throws {
    let cases = try Self.cases()
    #expect(cases.count > 80)
    for example in cases {
      for pieces in [1, 2, 3, 5, 17, Int.max] {
        let items = try CSVText.items(example.bytes, pieces: pieces)
        #expect(items.faults.isEmpty, "\(example.text)")
        // Compared by scalars: strings that are canonically equal would pass as the same.
        #expect(
          items.records.map { $0.map { Array($0.unicodeScalars) } }
            == example.records.map { $0.map { Array($0.unicodeScalars) } }, "\(example.text)")
        #expect(items.lines == example.lines, "\(example.text)")
      }
    }
  }

  @Test func anyBytesAreReadTheSameInAnyPieces() throws {
    let alphabet = Array("a,\"\n\r\"\",\n1.5".utf8) + [0xEF, 0xBB, 0xBF, 0xE4, 0x80, 0xC3, 0x00]
    let stream = RandomStream(seed: 3, purpose: RandomPurpose("csv-fuzz"))
    for round in 0..<3000 {
      var generator = stream.generator(round)
      let bytes = (0..<generator.below(40)).map { _ in alphabet[generator.below(alphabet.count)] }
      let whole = try CSVText.items(bytes)
      for pieces in [1, 2, 7] {
        let parts = try CSVText.items(bytes, pieces: pieces)
        #expect(parts.records == whole.records && parts.lines == whole.lines)
        #expect(parts.faults == whole.faults)
      }
      #expect(whole.lines == whole.lines.sorted())
    }
  }

  @Test func readingGoesOnAfterAFault() throws {
    let text = "a,b\nx\"y,1\n2,3\n\"p\"q,\"r\n4,5\n\"open,6\n7,8\n"
    for pieces in [1, 4, Int.max] {
      let items = try CSVText.items(Array(text.utf8), pieces: pieces)
      #expect(items.records == [["a", "b"], ["2", "3"], ["4", "5"]])
      #expect(items.lines == [1, 3, 5])
      #expect(
        items.faults == [
          CSVFault(line: 2, kind: .quoteInUnquotedField), CSVFault(line: 4, kind: .textAfterQuote),
          CSVFault(line: 6, kind: .unterminatedQuote),
        ])
    }
  }

  @Test func aRecordMayHaveManyFieldsAndBeLong() throws {
    let fields = (0..<5000).map { String(repeating: "x", count: $0 % 50) }
    let items = try CSVText.items(Array((fields.joined(separator: ",") + "\n").utf8), pieces: 61)
    #expect(items.records == [fields])
  }
}
