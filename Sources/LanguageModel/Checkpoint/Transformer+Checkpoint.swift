import Artifacts
import Kernels

extension Transformer {
  private static let configurationKey = "config"

  /// The model as the bytes of one safetensors file: Hugging Face's tensor names, the text of
  /// config.json in the metadata under `config`.
  ///
  /// - Complexity: O(size).
  package func serialized() -> [UInt8] {
    container(stopToken: nil).bytes
  }

  private func container(stopToken: Int32?) -> Safetensors {
    Safetensors(
      tensors: tensors(of: UnsafeBufferPointer(weights)),
      metadata: [
        "format": "pt",
        Self.configurationKey: HuggingFaceConfiguration.text(
          of: configuration, stopToken: stopToken),
      ])
  }

  /// The model in the bytes that `serialized` made.
  package convenience init(serialized bytes: [UInt8]) throws(CheckpointError) {
    let container: Safetensors
    do {
      container = try Safetensors(bytes: bytes)
    } catch {
      throw .container(error)
    }
    guard let text = container.metadata[Self.configurationKey] else { throw .noConfiguration }
    try self.init(HuggingFaceConfiguration.read(Array(text.utf8)), container)
  }

  private convenience init(
    _ configuration: ModelConfiguration, _ container: Safetensors
  ) throws(CheckpointError) {
    self.init(zeroed: configuration)
    try fill(weights, from: container)
  }

  /// Writes a folder that the transformers library opens: config.json, model.safetensors, and the
  /// vocabulary as tokenizer.json and tokenizer_config.json. The folder must exist.
  package func save(
    to folder: String, tokenizer: WordTokenizer, stopToken: Int32
  ) throws(FileError) {
    try AtomicFile.write(
      container(stopToken: stopToken).bytes, to: folder + "/model.safetensors")
    try AtomicFile.write(
      HuggingFaceConfiguration.text(of: configuration, stopToken: stopToken),
      to: folder + "/config.json")
    try AtomicFile.write(
      HuggingFaceTokenizer.text(of: tokenizer), to: folder + "/tokenizer.json")
    try AtomicFile.write(
      HuggingFaceTokenizer.settings(of: tokenizer, stopToken: stopToken),
      to: folder + "/tokenizer_config.json")
  }

  /// Opens a folder with config.json and model.safetensors of a Llama or Qwen2 model.
  package convenience init(folder: String) throws(CheckpointError) {
    let container: Safetensors
    let text = try Self.read(folder + "/config.json")
    let bytes = try Self.read(folder + "/model.safetensors")
    do {
      container = try Safetensors(bytes: bytes)
    } catch {
      throw .container(error)
    }
    try self.init(HuggingFaceConfiguration.read(text), container)
  }

  private static func read(_ path: String) throws(CheckpointError) -> [UInt8] {
    do {
      return try WholeFile.read(path)
    } catch {
      throw .file(error)
    }
  }
}

extension WordTokenizer {
  /// The tokenizer in the tokenizer.json of a folder that `Transformer.save` wrote.
  package init(folder: String) throws(CheckpointError) {
    let bytes: [UInt8]
    do {
      bytes = try WholeFile.read(folder + "/tokenizer.json")
    } catch {
      throw .file(error)
    }
    self = try HuggingFaceTokenizer.read(bytes)
  }
}
