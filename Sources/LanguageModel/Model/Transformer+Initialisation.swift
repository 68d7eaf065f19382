import Glibc
import Kernels
import Keys

extension Transformer {
  /// Draws the weights of a new model.
  ///
  /// A matrix is N(0, 1/inputs), so that rows of unit mean square keep it; the two that add to the
  /// residual stream are scaled by 1/√(2·layers) on top, so that its variance does not grow with
  /// depth (Radford et al. 2019). The embedding is N(0, 0.1²): the first norm makes up for the
  /// scale, and what is small learns faster at a given learning rate. An untied head starts at
  /// N(0, 0.1²/width), so that the first logits are near zero and the loss near log(vocabulary).
  func initialise(seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: RandomPurpose("weights"))
    for (index, parameter) in parameters.enumerated() {
      let target = UnsafeMutableBufferPointer(rebasing: weights[parameter.range])
      let deviation = standardDeviation(of: parameter)
      switch parameter.kind {
      case .gain:
        for i in 0..<parameter.shape[0] { target[i] = 1 }
      case .bias:
        target.update(repeating: 0)
      case .table:
        let values = normals(stream, index, count: parameter.shape.reduce(1, *), deviation)
        for (i, value) in values.enumerated() { target[i] = value }
      case .matrix:
        // Drawn as a table of outputs × inputs, so that the draws do not depend on the layout.
        let values = normals(stream, index, count: parameter.shape.reduce(1, *), deviation)
        packPanels(
          target.baseAddress!, table: values, inputs: parameter.shape[0],
          outputs: parameter.shape[1])
      }
    }
  }

  private func standardDeviation(of parameter: Parameter) -> Double {
    let start = parameter.range.lowerBound
    if parameter.kind == .table { return 0.1 }
    let unit = 1 / Double(parameter.shape[0]).squareRoot()
    if start == table.head { return 0.1 * unit }
    let addsToStream = table.layers.contains { $0.attentionOutput == start || $0.down == start }
    return addsToStream ? unit / Double(2 * configuration.layers).squareRoot() : unit
  }

  /// Normal draws by Box and Muller's transform of the words at (parameter, i / 4, 0, 0).
  private func normals(
    _ stream: RandomStream, _ parameter: Int, count: Int, _ deviation: Double
  ) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count + 3)
    var block = 0
    while values.count < count {
      let words = stream.words(parameter, block, 0, 0)
      for (first, second) in [(words[0], words[1]), (words[2], words[3])] {
        let radius = deviation * (-2 * log((Double(first) + 0.5) * 0x1p-32)).squareRoot()
        let angle = 2 * Double.pi * Double(second) * 0x1p-32
        values.append(Float(radius * cos(angle)))
        values.append(Float(radius * sin(angle)))
      }
      block += 1
    }
    return Array(values.prefix(count))
  }
}
