import Artifacts

/// Why bytes or a folder are not a checkpoint that opens here.
package enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  case container(SafetensorsError)
  /// The bytes are a safetensors file without the configuration that `serialized` adds.
  case noConfiguration
  case unreadableConfiguration(reason: String)
  case configuration(ModelConfigurationError)
  /// The configuration asks for something that the engine does not do.
  case unsupported(key: String, value: String, supported: String)
  case missingTensor(String)
  case unexpectedTensor(String)
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  case unreadableTokenizer(reason: String)
  case file(FileError)

  package var description: String {
    switch self {
    case .container(let error):
      error.description
    case .noConfiguration:
      "the safetensors file has no 'config' in its metadata; open the folder with its config.json"
    case .unreadableConfiguration(let reason):
      "config.json cannot be read: \(reason)"
    case .configuration(let error):
      "config.json describes no model: \(error)"
    case .unsupported(let key, let value, let supported):
      "config.json has \(key) \(value); supported is \(supported)"
    case .missingTensor(let name):
      "the checkpoint has no tensor \(name)"
    case .unexpectedTensor(let name):
      "the checkpoint has a tensor \(name) that its configuration does not call for"
    case .wrongShape(let tensor, let expected, let found):
      "tensor \(tensor) has shape \(found); its configuration calls for \(expected)"
    case .unreadableTokenizer(let reason):
      "tokenizer.json cannot be read: \(reason)"
    case .file(let error):
      error.description
    }
  }
}
