import Artifacts
import Kernels

/// A tensor of a Hugging Face checkpoint and the part of one of our parameters that it is: linear
/// layers lie there as outputs × inputs, each projection on its own.
struct CheckpointTensor {
  let name: String
  let shape: [Int]
  let parameter: Parameter
  /// First output of a fused matrix, or first element of a fused bias, that is this tensor's.
  let first: Int

  /// All tensors of a checkpoint of that table.
  static func all(
    of table: ParameterTable, _ configuration: ModelConfiguration
  ) -> [CheckpointTensor] {
    let size = configuration.headSize
    let (queries, keys) = (configuration.heads * size, configuration.keyValueHeads * size)
    let feedForward = configuration.feedForwardWidth
    let projections = [
      ("q_proj", 0, queries), ("k_proj", queries, keys), ("v_proj", queries + keys, keys),
    ]
    var tensors: [CheckpointTensor] = []
    func add(_ name: String, _ start: Int, rows: Range<Int>? = nil) {
      let parameter = table.parameters.first { $0.range.lowerBound == start }!
      let rows = rows ?? 0..<(parameter.shape.count == 2 ? parameter.outputs : parameter.shape[0])
      let shape = parameter.kind == .matrix ? [rows.count, parameter.shape[0]] : parameter.shape
      tensors.append(
        CheckpointTensor(
          name: name, shape: parameter.kind == .bias ? [rows.count] : shape, parameter: parameter,
          first: rows.lowerBound))
    }
    add("model.embed_tokens.weight", table.embedding)
    for (index, layer) in table.layers.enumerated() {
      let prefix = "model.layers.\(index)."
      add(prefix + "input_layernorm.weight", layer.attentionGain)
      for (name, start, count) in projections {
        let rows = start..<start + count
        add(prefix + "self_attn.\(name).weight", layer.projection, rows: rows)
        if let bias = layer.projectionBias {
          add(prefix + "self_attn.\(name).bias", bias, rows: rows)
        }
      }
      add(prefix + "self_attn.o_proj.weight", layer.attentionOutput)
      add(prefix + "post_attention_layernorm.weight", layer.feedForwardGain)
      add(prefix + "mlp.gate_proj.weight", layer.gateUp, rows: 0..<feedForward)
      add(prefix + "mlp.up_proj.weight", layer.gateUp, rows: feedForward..<2 * feedForward)
      add(prefix + "mlp.down_proj.weight", layer.down)
    }
    add("model.norm.weight", table.finalGain)
    if let head = table.head { add("lm_head.weight", head) }
    return tensors
  }
}

extension Parameter {
  /// Columns of a matrix.
  fileprivate var outputs: Int { shape[1] }
}

extension Transformer {
  /// The tensors of a flat buffer in the layout of `weights` (weights, gradients, moments of an
  /// optimizer) under Hugging Face's names and in its shapes, sorted by name.
  ///
  /// - Parameter prefix: put before each name.
  /// - Precondition: `flat.count` is `weights.count`.
  package func tensors(
    of flat: UnsafeBufferPointer<Float>, prefix: String = ""
  ) -> [Safetensors.Tensor] {
    precondition(flat.count == weights.count, "\(flat.count) floats, not \(weights.count)")
    return CheckpointTensor.all(of: table, configuration).map { tensor in
      let source = UnsafeBufferPointer(rebasing: flat[tensor.parameter.range])
      let count = tensor.shape.reduce(1, *)
      let values: [Float]
      if tensor.parameter.kind == .matrix {
        let rows = tableRows(source, tensor.parameter)
        values = Array(
          rows[tensor.first * tensor.shape[1]..<tensor.first * tensor.shape[1] + count])
      } else {
        values = Array(source[tensor.first..<tensor.first + count])
      }
      return Safetensors.Tensor(name: prefix + tensor.name, shape: tensor.shape, values: values)
    }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Fills a flat buffer in the layout of `weights` from the tensors that `tensors(of:prefix:)` made;
  /// tensors without the prefix are left alone.
  ///
  /// - Precondition: `flat.count` is `weights.count`.
  package func fill(
    _ flat: UnsafeMutableBufferPointer<Float>, from container: Safetensors, prefix: String = ""
  ) throws(CheckpointError) {
    precondition(flat.count == weights.count, "\(flat.count) floats, not \(weights.count)")
    var rest = Dictionary(
      uniqueKeysWithValues: container.tensors.filter { $0.name.hasPrefix(prefix) }
        .map { ($0.name, $0) })
    // Fused matrices are put together as tables before they are packed.
    var tables: [Int: [Float]] = [:]
    for tensor in CheckpointTensor.all(of: table, configuration) {
      let name = prefix + tensor.name
      guard let found = rest.removeValue(forKey: name) else { throw .missingTensor(name) }
      guard found.shape == tensor.shape else {
        throw .wrongShape(tensor: name, expected: tensor.shape, found: found.shape)
      }
      let start = tensor.parameter.range.lowerBound
      if tensor.parameter.kind == .matrix {
        tables[start, default: []] += found.values
      } else {
        for (i, value) in found.values.enumerated() { flat[start + tensor.first + i] = value }
      }
    }
    if let name = rest.keys.min() { throw .unexpectedTensor(name) }
    for parameter in parameters where parameter.kind == .matrix {
      let start = parameter.range.lowerBound
      packPanels(
        flat.baseAddress! + start, table: tables[start]!, inputs: parameter.shape[0],
        outputs: parameter.shape[1])
    }
  }

  /// A matrix in panels as rows of outputs.
  private func tableRows(_ panels: UnsafeBufferPointer<Float>, _ parameter: Parameter) -> [Float] {
    let count = parameter.shape[0] * parameter.shape[1]
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
      unpackPanels(
        buffer.baseAddress!, panels: panels.baseAddress!, inputs: parameter.shape[0],
        outputs: parameter.shape[1])
      initialised = count
    }
  }
}
