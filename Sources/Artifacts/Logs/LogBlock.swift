import Keys

/// What several attempts said at about the same time: a zstd frame with a directory before it.
///
/// The directory is a skippable frame of zstd, so that `zstd -dc` shows what a file of blocks holds:
///
///     magic 0x184D2A5B · size of the rest (u32) · SHA-256 of what follows, 8 bytes of it
///     size of the compressed frame (u32) · size of its content (u32) · number of pieces (u32)
///     for each piece: job (i64) · attempt (u32) · size (u32)
///     the compressed frame with its checksum, which those of earlier versions do not have
///
/// All numbers are little-endian. The content is the pieces one after the other.
struct LogBlock {
  struct Piece: Hashable {
    let name: LogName
    let count: Int
  }

  static let magic: UInt32 = 0x184D_2A5B
  /// Of magic, size, checksum and the three numbers.
  static let headSize = 28
  static let pieceSize = 16
  /// More pieces than a writer puts into one block.
  static let mostPieces = 1 << 16

  let pieces: [Piece]
  let compressedSize: Int
  let contentSize: Int

  /// Bytes of the whole block.
  var size: Int { Self.headSize + pieces.count * Self.pieceSize + compressedSize }
  /// Bytes before the compressed frame.
  var directorySize: Int { Self.headSize + pieces.count * Self.pieceSize }

  /// The bytes of a block.
  static func bytes(of pieces: [Piece], content: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    content.withRawBytes { content in
      Compression.compress(content, level: 3, hasChecksum: true) { frame += $0 }
    }
    var directory: [UInt8] = []
    directory.reserveCapacity(12 + pieces.count * pieceSize)
    directory.append(UInt32(frame.count))
    directory.append(UInt32(content.count))
    directory.append(UInt32(pieces.count))
    for piece in pieces {
      directory.append(UInt64(bitPattern: piece.name.job))
      directory.append(UInt32(truncatingIfNeeded: piece.name.attempt))
      directory.append(UInt32(piece.count))
    }
    var block: [UInt8] = []
    block.reserveCapacity(16 + directory.count + frame.count)
    block.append(magic)
    block.append(UInt32(8 + directory.count))
    block.append(checksum(directory[...]))
    return block + directory + frame
  }

  /// How many bytes the directory has, by its first 28; `nil` when this is no block.
  static func directorySize(head: ArraySlice<UInt8>) -> Int? {
    guard head.count >= headSize, head.number(at: 0) as UInt32 == magic else { return nil }
    let count = Int(head.number(at: 24) as UInt32)
    guard count <= mostPieces, Int(head.number(at: 4) as UInt32) == 20 + count * pieceSize else {
      return nil
    }
    return headSize + count * pieceSize
  }

  /// Reads a whole directory; `nil` when it is not what was written.
  init?(directory bytes: ArraySlice<UInt8>) {
    guard let size = Self.directorySize(head: bytes), bytes.count >= size else { return nil }
    let start = bytes.startIndex
    guard bytes.number(at: 8) as UInt64 == Self.checksum(bytes[(start + 16)..<(start + size)])
    else { return nil }
    compressedSize = Int(bytes.number(at: 16) as UInt32)
    contentSize = Int(bytes.number(at: 20) as UInt32)
    pieces = stride(from: Self.headSize, to: size, by: Self.pieceSize).map { place in
      Piece(
        name: LogName(
          job: Int64(bitPattern: bytes.number(at: place)),
          attempt: Int(bytes.number(at: place + 8) as UInt32)),
        count: Int(bytes.number(at: place + 12) as UInt32))
    }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBytes { Digest(of: $0).prefix64 }
  }
}

extension ArraySlice<UInt8> {
  /// The little-endian number that begins so many bytes from the start.
  ///
  /// - Precondition: the slice holds it.
  func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
    withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }
}

extension [UInt8] {
  mutating func append(_ number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
