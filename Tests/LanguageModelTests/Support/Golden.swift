import Foundation

@testable import LanguageModel

/// The files that tools/golden/transformer.py wrote.
enum Golden {
  struct Packed: Decodable {
    struct Sequence: Decodable {
      let tokens: [Int32]
      let first: Int
      let last: Int
      let targets: [Int32]
    }
    let sequences: [Sequence]
    let logits: [Double]
    let loss: Double
    let gradients: [String: [Double]]

    var batch: PackedBatch {
      var batch = PackedBatch()
      for sequence in sequences {
        batch.append(sequence.tokens, logitsAt: sequence.first..<sequence.last)
      }
      return batch
    }
    var targets: [Int32] { sequences.flatMap(\.targets) }
  }

  struct Greedy: Decodable {
    let prompt: [Int32]
    let penalty: Double
    let tokens: [Int32]
  }

  struct Model: Decodable {
    let packed: Packed
    let greedy: [Greedy]
  }

  struct Draw: Decodable {
    let logits: [Float]
    let seen: [Int]
    let temperature: Float
    let topP: Float
    let penalty: Float
    let uniforms: [Float]
    let tokens: [Int32]
  }

  static func folder(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/\(name)").path()
  }

  static func model(_ name: String) throws -> Model {
    try read(Model.self, folder(name) + "/expected.json")
  }

  static func draws() throws -> [Draw] {
    try read([Draw].self, folder("draws.json"))
  }

  private static func read<Value: Decodable>(_: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
  }
}
