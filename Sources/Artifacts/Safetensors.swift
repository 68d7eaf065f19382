/// Named tensors in the safetensors format (https://github.com/huggingface/safetensors): eight bytes
/// with the size of the header, a JSON header with type, shape and place of each tensor, the numbers.
///
/// Written as float32, in the order of the names; read from F32, F16 and BF16.
package struct Safetensors: Hashable, Sendable {
  package struct Tensor: Hashable, Sendable {
    package let name: String
    package let shape: [Int]
    /// Row-major.
    package let values: [Float]

    /// - Precondition: there are as many values as the shape says.
    package init(name: String, shape: [Int], values: [Float]) {
      precondition(
        values.count == shape.reduce(1, *), "\(values.count) values of tensor \(name) \(shape)")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// In ascending order of their names.
  package let tensors: [Tensor]
  /// Free text beside the tensors.
  package let metadata: [String: String]

  /// - Precondition: the names are distinct and none is `__metadata__`.
  package init(tensors: [Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.metadata = metadata
    for (one, next) in zip(self.tensors, self.tensors.dropFirst()) {
      precondition(one.name != next.name, "two tensors named \(one.name)")
    }
    precondition(tensors.allSatisfy { $0.name != Self.metadataKey }, "a tensor named as metadata")
  }

  /// The tensor of that name.
  ///
  /// - Complexity: O(number of tensors).
  package subscript(name: String) -> Tensor? {
    tensors.first { $0.name == name }
  }

  static let metadataKey = "__metadata__"
}

/// Why bytes are not a safetensors file that can be read here.
package enum SafetensorsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file ends before its header does.
  case truncatedHeader(fileSize: Int)
  case unreadableHeader(reason: String)
  case unknownType(tensor: String, type: String)
  case badShape(tensor: String, shape: [Int])
  /// The place of a tensor is outside the file, or its size does not fit type and shape.
  case badPlace(tensor: String, offsets: [Int], expectedBytes: Int, dataBytes: Int)

  package var description: String {
    switch self {
    case .truncatedHeader(let size):
      "a safetensors file of \(size) bytes ends before its header does: it is damaged"
    case .unreadableHeader(let reason):
      "the header of the safetensors file cannot be read: \(reason)"
    case .unknownType(let tensor, let type):
      "tensor \(tensor) has type \(type); F32, F16 and BF16 can be read"
    case .badShape(let tensor, let shape):
      "tensor \(tensor) has the impossible shape \(shape)"
    case .badPlace(let tensor, let offsets, let expected, let data):
      "tensor \(tensor) lies at \(offsets) of \(data) bytes of data, but takes \(expected) bytes"
    }
  }
}
