import Foundation

@testable import LanguageModel

/// The architecture written down token by token on a tape, from the papers' formulas.
struct NaiveModel {
  typealias Number = Tape.Number

  let tape = Tape()
  private let configuration: ModelConfiguration
  /// The elements of each tensor, row-major, with their places in the model's flat buffers.
  private var tensors: [String: [Number]] = [:]
  private(set) var places: [String: [Int]] = [:]

  init(_ model: Transformer) {
    configuration = model.configuration
    for parameter in model.parameters {
      let places = Self.places(of: parameter)
      self.places[parameter.name] = places
      tensors[parameter.name] = places.map { tape.constant(Double(model.weights[$0])) }
    }
  }

  /// Where the elements of a tensor lie: matrices in panels of 16 columns.
  private static func places(of parameter: Parameter) -> [Int] {
    let start = parameter.range.lowerBound
    let count = parameter.shape.reduce(1, *)
    guard parameter.kind == .matrix else { return (0..<count).map { start + $0 } }
    let (inputs, outputs) = (parameter.shape[0], parameter.shape[1])
    return (0..<count).map { at in
      let (i, o) = (at / outputs, at % outputs)
      return start + o / 16 * 16 * inputs + i * 16 + o % 16
    }
  }

  /// Where the numbers of a tensor are on the tape.
  func indices(of name: String) -> [Int] { tensors[name, default: []].map(\.index) }

  private func multiply(_ x: [Number], _ name: String, columns: Int) -> [Number] {
    let matrix = tensors[name, default: []]
    return (0..<columns).map { o in
      tape.dot(x, x.indices.map { matrix[$0 * columns + o] })
    }
  }

  private func norm(_ x: [Number], _ gain: String) -> [Number] {
    let width = Double(x.count)
    let mean = tape.sum([
      (1 / width, tape.dot(x, x)), (configuration.normEpsilon, tape.constant(1)),
    ])
    let scale = tape.power(mean, -0.5)
    return zip(x, tensors[gain, default: []]).map { tape.product(tape.product($0, scale), $1) }
  }

  private func add(_ a: [Number], _ b: [Number]) -> [Number] {
    zip(a, b).map { tape.sum([(1, $0), (1, $1)]) }
  }

  private func turned(_ head: [Number], position: Int) -> [Number] {
    let half = head.count / 2
    var result = head
    for i in 0..<half {
      let angle =
        Double(position) * pow(configuration.ropeBase, -2 * Double(i) / Double(head.count))
      let (first, second) = (head[i], head[half + i])
      result[i] = tape.sum([(cos(angle), first), (-sin(angle), second)])
      result[half + i] = tape.sum([(sin(angle), first), (cos(angle), second)])
    }
    return result
  }

  private func softmax(_ scores: [Number]) -> [Number] {
    let peak = scores.map { tape.value($0) }.max() ?? 0
    let raw = scores.map { tape.exponential(tape.sum([(1, $0), (-peak, tape.constant(1))])) }
    let inverse = tape.power(tape.sum(raw.map { (1, $0) }), -1)
    return raw.map { tape.product($0, inverse) }
  }

  /// Logits of every token of a sequence.
  func logits(_ tokens: [Int32]) -> [[Number]] {
    let c = configuration
    let size = c.headSize
    let embedding = tensors["embedding", default: []]
    var stream = tokens.map { token in
      (0..<c.width).map { embedding[Int(token) * c.width + $0] }
    }
    for layer in 0..<c.layers {
      let prefix = "layers.\(layer)."
      let projections = stream.enumerated().map { position, x in
        var row = multiply(
          norm(x, prefix + "attention.gain"), prefix + "attention.projection",
          columns: (c.heads + 2 * c.keyValueHeads) * size)
        if c.attentionBias { row = add(row, tensors[prefix + "attention.bias", default: []]) }
        return (0..<c.heads + 2 * c.keyValueHeads).map { head in
          let numbers = Array(row[head * size..<(head + 1) * size])
          return head < c.heads + c.keyValueHeads ? turned(numbers, position: position) : numbers
        }
      }
      for position in stream.indices {
        var attended: [Number] = []
        for head in 0..<c.heads {
          let group = head / (c.heads / c.keyValueHeads)
          let scores = (0...position).map { other in
            tape.sum([
              (
                1 / Double(size).squareRoot(),
                tape.dot(projections[position][head], projections[other][c.heads + group])
              )
            ])
          }
          let weights = softmax(scores)
          let values = (0...position).map { projections[$0][c.heads + c.keyValueHeads + group] }
          attended += (0..<size).map { i in tape.dot(weights, values.map { $0[i] }) }
        }
        stream[position] = add(
          stream[position], multiply(attended, prefix + "attention.output", columns: c.width))
        let input = norm(stream[position], prefix + "feedForward.gain")
        let both = multiply(input, prefix + "feedForward.gateUp", columns: 2 * c.feedForwardWidth)
        let hidden = (0..<c.feedForwardWidth).map { i in
          let gate = both[i]
          let one = tape.constant(1)
          let sigmoid = tape.power(
            tape.sum([(1, one), (1, tape.exponential(tape.sum([(-1, gate)])))]), -1)
          return tape.product(tape.product(gate, sigmoid), both[c.feedForwardWidth + i])
        }
        stream[position] = add(
          stream[position], multiply(hidden, prefix + "feedForward.down", columns: c.width))
      }
    }
    return stream.map { x in
      let output = norm(x, "gain")
      guard c.tiedEmbeddings else {
        return multiply(output, "head", columns: c.vocabularySize)
      }
      return (0..<c.vocabularySize).map { token in
        tape.dot(output, Array(embedding[token * c.width..<(token + 1) * c.width]))
      }
    }
  }
}
