import Artifacts
import Foundation
import Testing

@testable import LanguageModel

@Suite struct CheckpointTests {
  @Test(arguments: Models.configurations.indices)
  func aModelSurvivesItsBytes(_ index: Int) throws {
    let model = Models.make(index)
    let bytes = model.serialized()
    let again = try Transformer(serialized: bytes)
    #expect(again.configuration == model.configuration)
    #expect(again.weightValues == model.weightValues)
    #expect(again.serialized() == bytes)
  }

  @Test func flatBuffersGoByTensorNames() throws {
    let model = Models.make(1)
    for i in model.gradients.indices { model.gradients[i] = model.weights[i] * 3 }
    let flat = UnsafeBufferPointer(model.gradients)
    let container = Safetensors(
      tensors: model.tensors(of: flat, prefix: "moments.")
        + [Safetensors.Tensor(name: "step", shape: [], values: [7])])
    let copy = Transformer(copying: model)
    try copy.fill(copy.gradients, from: container, prefix: "moments.")
    #expect(copy.gradientValues == model.gradientValues)
  }

  @Test func tensorsHaveHuggingFacesShapes() {
    let shapes = Dictionary(
      uniqueKeysWithValues: Models.make(1).weightTensors().map { ($0.name, $0.shape) })
    #expect(shapes.count == 14)
    #expect(shapes["model.embed_tokens.weight"] == [17, 16])
    #expect(shapes["model.layers.0.self_attn.k_proj.weight"] == [8, 16])
    #expect(shapes["model.layers.0.self_attn.k_proj.bias"] == [8])
    #expect(shapes["model.layers.0.mlp.up_proj.weight"] == [20, 16])
    #expect(shapes["model.layers.0.mlp.down_proj.weight"] == [16, 20])
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let model = Models.make(0)
    let tensors = model.weightTensors()
    let config = ["config": HuggingFaceConfiguration.text(of: model.configuration, stopToken: nil)]
    func error(_ tensors: [Safetensors.Tensor], _ metadata: [String: String]) -> CheckpointError? {
      do {
        _ = try Transformer(serialized: Safetensors(tensors: tensors, metadata: metadata).bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(error(tensors, config) == nil)
    #expect(error(tensors, [:]) == .noConfiguration)
    #expect(
      error(tensors.filter { $0.name != "model.norm.weight" }, config)
        == .missingTensor("model.norm.weight"))
    let extra = Safetensors.Tensor(name: "model.more", shape: [1], values: [0])
    #expect(error(tensors + [extra], config) == .unexpectedTensor("model.more"))
    let wrong = tensors.map {
      $0.name == "lm_head.weight"
        ? Safetensors.Tensor(name: $0.name, shape: [12, 11], values: $0.values) : $0
    }
    #expect(
      error(wrong, config)
        == .wrongShape(tensor: "lm_head.weight", expected: [11, 12], found: [12, 11]))
    #expect(throws: CheckpointError.container(.truncatedHeader(fileSize: 3))) {
      try Transformer(serialized: [1, 2, 3])
    }
  }

  @Test(arguments: [
    (#""model_type":"gpt2""#, "model_type gpt2"),
    (#""model_type":"llama","hidden_act":"gelu""#, "hidden_act gelu"),
    (#""model_type":"llama","head_dim":5"#, "head_dim 5"),
    (#""model_type":"llama","rope_scaling":{"rope_type":"yarn"}"#, "rope type yarn"),
    (#""model_type":"llama","attention_bias":true"#, "attention_bias true"),
  ])
  func configurationsThatComputeOtherwiseAreRefused(_ members: String, _ what: String) {
    let text = """
      {"vocab_size":11,"hidden_size":12,"intermediate_size":9,"num_hidden_layers":2,
      "num_attention_heads":2,\(members)}
      """
    do {
      _ = try HuggingFaceConfiguration.read(Array(text.utf8))
      Issue.record("\(what) is accepted")
    } catch {
      #expect(error.description.hasPrefix("config.json has \(what); supported is "))
    }
  }

  @Test func aFolderOpensAgain() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "espalier-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = Models.make(3)
    let tokenizer = WordTokenizer(vocabulary: (0..<21).map { "w\($0)" })
    try model.save(to: folder.path(), tokenizer: tokenizer, stopToken: 4)
    let again = try Transformer(folder: folder.path())
    #expect(again.configuration == model.configuration)
    #expect(again.weightValues == model.weightValues)
    #expect(try WordTokenizer(folder: folder.path()) == tokenizer)
    #expect(throws: CheckpointError.self) { try Transformer(folder: folder.path() + "/none") }
  }
}
