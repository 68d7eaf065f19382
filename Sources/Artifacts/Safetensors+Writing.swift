import Keys

extension Safetensors {
  /// The bytes of the file, the same that the `safetensors` library writes for one dtype: tensors by
  /// name, the header padded with spaces to a multiple of eight bytes.
  ///
  /// - Complexity: O(size).
  package var bytes: [UInt8] {
    var header = "{"
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key < $1.key }.map { entry in
        CanonicalJSON.text(of: entry.key) + ":" + CanonicalJSON.text(of: entry.value)
      }
      header += "\"\(Self.metadataKey)\":{" + entries.joined(separator: ",") + "},"
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.values.count * MemoryLayout<Float>.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      header += CanonicalJSON.text(of: tensor.name)
      header += ":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]},"
      offset = end
    }
    if header.last == "," { header.removeLast() }
    header += "}"
    var head = Array(header.utf8)
    while head.count % 8 != 0 { head.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + head.count + offset)
    withUnsafeBytes(of: UInt64(head.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: head)
    for tensor in tensors {
      // float32 in memory is what the file wants on every machine that the engine runs on.
      tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
