import FoundationEssentials

extension Safetensors {
  /// Reads the bytes of a file.
  ///
  /// - Complexity: O(size).
  package init(bytes: [UInt8]) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .truncatedHeader(fileSize: bytes.count) }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(bytes.count - 8) else {
      throw .truncatedHeader(fileSize: bytes.count)
    }
    let start = 8 + Int(length)
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start]))
    } catch {
      throw .unreadableHeader(reason: String(describing: error))
    }
    var tensors: [Tensor] = []
    for (name, entry) in header.tensors {
      tensors.append(try Self.tensor(name, entry, bytes[start...]))
    }
    self.init(tensors: tensors, metadata: header.metadata)
  }

  private static func tensor(
    _ name: String, _ entry: Header.Entry, _ data: ArraySlice<UInt8>
  ) throws(SafetensorsError) -> Tensor {
    let size: Int
    switch entry.dtype {
    case "F32": size = 4
    case "F16", "BF16": size = 2
    default: throw .unknownType(tensor: name, type: entry.dtype)
    }
    var count = 1
    for dimension in entry.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { throw .badShape(tensor: name, shape: entry.shape) }
      count = product
    }
    let (expected, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { throw .badShape(tensor: name, shape: entry.shape) }
    let offsets = entry.dataOffsets
    guard
      offsets.count == 2, offsets[0] >= 0, offsets[1] <= data.count, offsets[1] >= offsets[0],
      offsets[1] - offsets[0] == expected
    else {
      throw .badPlace(
        tensor: name, offsets: offsets, expectedBytes: expected, dataBytes: data.count)
    }
    let slice = data[(data.startIndex + offsets[0])..<(data.startIndex + offsets[1])]
    let values = slice.withUnsafeBytes { raw in
      [Float](unsafeUninitializedCapacity: count) { buffer, initialised in
        if size == 4 {
          UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
        } else {
          for i in 0..<count {
            buffer.initializeElement(at: i, to: number(raw, i, isBrain: entry.dtype == "BF16"))
          }
        }
        initialised = count
      }
    }
    return Tensor(name: name, shape: entry.shape, values: values)
  }

  /// The i-th 16-bit number.
  private static func number(_ raw: UnsafeRawBufferPointer, _ i: Int, isBrain: Bool) -> Float {
    let bits = raw.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
    return isBrain
      ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
  }

  /// The JSON header: an object of tensors, with the metadata among them under a name of its own.
  private struct Header: Decodable {
    struct Entry: Decodable {
      let dtype: String
      let shape: [Int]
      let dataOffsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
      }
    }

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var tensors: [(name: String, entry: Entry)] = []
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == Safetensors.metadataKey {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          tensors.append((name.stringValue, try container.decode(Entry.self, forKey: name)))
        }
      }
    }
  }
}
