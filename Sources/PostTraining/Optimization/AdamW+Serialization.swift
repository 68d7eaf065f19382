import Artifacts
import LanguageModel

// Optimizer states lie in the layout of `Transformer.weights`, padding included: they mean something
// only beside the weights that they belong to, and to the build that wrote them.

extension AdamW {
  private static let firstName = "optimizer.first_moments"
  private static let secondName = "optimizer.second_moments"
  private static let updatesKey = "updates"

  /// What a container needs to hold for `init(_:count:container:)`.
  var tensors: [Safetensors.Tensor] {
    [.flat(Self.firstName, firstMoments), .flat(Self.secondName, secondMoments)]
  }

  var metadata: [String: String] { [Self.updatesKey: String(updates)] }

  /// The optimizer in a container with its `tensors` and `metadata`.
  ///
  /// - Throws: `TrainingError.stateDoesNotFit`.
  convenience init(
    _ settings: AdamWSettings, count: Int, container: Safetensors
  ) throws(TrainingError) {
    self.init(settings, count: count, updates: try container.number(Self.updatesKey))
    try container.copy(Self.firstName, to: firstMoments)
    try container.copy(Self.secondName, to: secondMoments)
  }
}

extension Safetensors.Tensor {
  static func flat(_ name: String, _ values: some Collection<Float>) -> Safetensors.Tensor {
    Safetensors.Tensor(name: name, shape: [values.count], values: Array(values))
  }
}

extension Safetensors {
  /// The container in some bytes.
  init(state bytes: [UInt8]) throws(TrainingError) {
    do {
      try self.init(bytes: bytes)
    } catch {
      throw .stateDoesNotFit(error.description)
    }
  }

  func tensor(_ name: String) throws(TrainingError) -> Tensor {
    guard let tensor = self[name] else { throw .stateDoesNotFit("it has no \(name)") }
    return tensor
  }

  func copy(_ name: String, to target: UnsafeMutableBufferPointer<Float>) throws(TrainingError) {
    let values = try tensor(name).values
    guard values.count == target.count else {
      throw .stateDoesNotFit("its \(name) are \(values.count) numbers instead of \(target.count)")
    }
    _ = target.update(fromContentsOf: values)
  }

  /// A count in the metadata.
  func number(_ key: String) throws(TrainingError) -> Int {
    guard let number = metadata[key].flatMap({ Int($0) }), number >= 0 else {
      throw .stateDoesNotFit("it does not say its \(key)")
    }
    return number
  }
}
