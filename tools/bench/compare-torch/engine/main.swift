// Espalier's side of compare-torch: does one piece of work for each line of standard input (a JSON
// object with `do`), times it, and answers with a line of JSON. The other side, compare.py, drives
// both, so that they alternate.

import Foundation

var engine = Engine()
while let line = readLine() {
  do {
    let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    let answer = try engine.answer(request)
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
  } catch {
    FileHandle.standardError.write(Data("compare-torch's engine: \(line): \(error)\n".utf8))
    exit(1)
  }
}
