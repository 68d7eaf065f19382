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
      file = try JSONDecoder().decode(File.self, from: Data(text))
    } catch {
      throw .unreadableConfiguration(reason: String(describing: error))
    }
    try file.refuseUnsupported()
    let configuration = ModelConfiguration(
      vocabularySize: file.vocab_size, width: file.hidden_size, layers: file.num_hidden_layers,
      heads: file.num_attention_heads,
      keyValueHeads: file.num_key_value_heads ?? file.num_attention_heads,
      feedForwardWidth: file.intermediate_size,
      ropeBase: file.rope_parameters?.rope_theta ?? file.rope_theta ?? 10_000,
      normEpsilon: file.rms_norm_eps ?? 1e-6, tiedEmbeddings: file.tie_word_embeddings ?? false,
      attentionBias: file.model_type == "qwen2")
    do {
      try configuration.validate()
    } catch {
      throw .configuration(error)
    }
    return configuration
  }

  /// The members of config.json that matter, named as there.
  private struct File: Decodable {
    struct Rope: Decodable {
      let rope_type: String?
      let type: String?
      let rope_theta: Double?
    }

    let model_type: String
    let vocab_size: Int
    let hidden_size: Int
    let intermediate_size: Int
    let num_hidden_layers: Int
    let num_attention_heads: Int
    let num_key_value_heads: Int?
    let head_dim: Int?
    let hidden_act: String?
    let rms_norm_eps: Double?
    let rope_theta: Double?
    let rope_scaling: Rope?
    let rope_parameters: Rope?
    let tie_word_embeddings: Bool?
    let attention_bias: Bool?
    let mlp_bias: Bool?
    let use_sliding_window: Bool?

    func refuseUnsupported() throws(CheckpointError) {
      guard model_type == "llama" || model_type == "qwen2" else {
        throw .unsupported(key: "model_type", value: model_type, supported: "llama or qwen2")
      }
      if let act = hidden_act, act != "silu" {
        throw .unsupported(key: "hidden_act", value: act, supported: "silu")
      }
      if let size = head_dim, size * num_attention_heads != hidden_size {
        throw .unsupported(
          key: "head_dim", value: "\(size)", supported: "hidden_size / num_attention_heads")
      }
      for rope in [rope_scaling, rope_parameters] {
        if let kind = rope?.rope_type ?? rope?.type, kind != "default" {
          throw .unsupported(key: "rope type", value: kind, supported: "default")
        }
      }
      for (key, value) in [
        ("attention_bias", attention_bias), ("mlp_bias", mlp_bias),
        ("use_sliding_window", use_sliding_window),
      ] where value == true {
        throw .unsupported(key: key, value: "true", supported: "false")
      }
    }
  }
}
