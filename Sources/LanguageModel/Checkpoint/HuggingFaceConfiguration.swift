import FoundationEssentials
import Keys

/// The `config.json` of a Llama or Qwen2 model, as the transformers library writes and reads it.
enum HuggingFaceConfiguration {
  /// The text of config.json. Biases on queries, keys and values alone are what Qwen2 has.
  static func text(of configuration: ModelConfiguration, stopToken: Int32?) -> String {
    let qwen = configuration.attentionBias
    var members: [String: CanonicalJSON] = [
      "architectures": .array([.string(qwen ? "Qwen2ForCausalLM" : "LlamaForCausalLM")]),
      "model_type": .string(qwen ? "qwen2" : "llama"),
      "hidden_act": .string("silu"),
      "hidden_size": .integer(configuration.width),
      "intermediate_size": .integer(configuration.feedForwardWidth),
      "num_hidden_layers": .integer(configuration.layers),
      "num_attention_heads": .integer(configuration.heads),
      "num_key_value_heads": .integer(configuration.keyValueHeads),
      "head_dim": .integer(configuration.headSize),
      // No table of positions limits the model; readers want a number.
      "max_position_embeddings": .integer(4096),
      "rms_norm_eps": .number(configuration.normEpsilon),
      "rope_theta": .number(configuration.ropeBase),
      "tie_word_embeddings": .boolean(configuration.tiedEmbeddings),
      "torch_dtype": .string("float32"),
      "vocab_size": .integer(configuration.vocabularySize),
    ]
    if qwen {
      members["use_sliding_window"] = .boolean(false)
    } else {
      members["attention_bias"] = .boolean(false)
      members["mlp_bias"] = .boolean(false)
    }
    members["bos_token_id"] = .null
    members["eos_token_id"] = stopToken.map { .integer(Int($0)) } ?? .null
    return CanonicalJSON.object(members).text + "\n"
  }

  /// Reads a config.json and refuses what the engine would compute differently.
  static func read(_ text: [UInt8]) throws(CheckpointError) -> ModelConfiguration {
    let file: File
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      file = try decoder.decode(File.self, from: Data(text))
    } catch {
      throw .unreadableConfiguration(reason: String(describing: error))
    }
    try file.refuseUnsupported()
    let configuration = ModelConfiguration(
      vocabularySize: file.vocabSize, width: file.hiddenSize, layers: file.numHiddenLayers,
      heads: file.numAttentionHeads,
      keyValueHeads: file.numKeyValueHeads ?? file.numAttentionHeads,
      feedForwardWidth: file.intermediateSize,
      ropeBase: file.ropeParameters?.ropeTheta ?? file.ropeTheta ?? 10_000,
      normEpsilon: file.rmsNormEps ?? 1e-6, tiedEmbeddings: file.tieWordEmbeddings ?? false,
      attentionBias: file.modelType == "qwen2")
    do {
      try configuration.validate()
    } catch {
      throw .configuration(error)
    }
    return configuration
  }

  /// The members of config.json that matter.
  private struct File: Decodable {
    struct Rope: Decodable {
      let ropeType: String?
      let type: String?
      let ropeTheta: Double?
    }

    let modelType: String
    let vocabSize: Int
    let hiddenSize: Int
    let intermediateSize: Int
    let numHiddenLayers: Int
    let numAttentionHeads: Int
    let numKeyValueHeads: Int?
    let headDim: Int?
    let hiddenAct: String?
    let rmsNormEps: Double?
    let ropeTheta: Double?
    let ropeScaling: Rope?
    let ropeParameters: Rope?
    let tieWordEmbeddings: Bool?
    let attentionBias: Bool?
    let mlpBias: Bool?
    let useSlidingWindow: Bool?

    func refuseUnsupported() throws(CheckpointError) {
      guard modelType == "llama" || modelType == "qwen2" else {
        throw .unsupported(key: "model_type", value: modelType, supported: "llama or qwen2")
      }
      if let act = hiddenAct, act != "silu" {
        throw .unsupported(key: "hidden_act", value: act, supported: "silu")
      }
      if let size = headDim, size * numAttentionHeads != hiddenSize {
        throw .unsupported(
          key: "head_dim", value: "\(size)", supported: "hidden_size / num_attention_heads")
      }
      for rope in [ropeScaling, ropeParameters] {
        if let kind = rope?.ropeType ?? rope?.type, kind != "default" {
          throw .unsupported(key: "rope type", value: kind, supported: "default")
        }
      }
      for (key, value) in [
        ("attention_bias", attentionBias), ("mlp_bias", mlpBias),
        ("use_sliding_window", useSlidingWindow),
      ] where value == true {
        throw .unsupported(key: key, value: "true", supported: "false")
      }
    }
  }
}
