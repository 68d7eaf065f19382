import CZstd

/// zstd in pieces, so that memory does not grow with the content.
enum Compression {
  /// Hands the compressed frame over piece by piece.
  ///
  /// - Parameter hasChecksum: whether the frame ends with four bytes of XXH64 of its content, where nothing
  ///   else holds a checksum of it.
  /// - Precondition: the level is one that zstd has.
  static func compress<Failure: Error>(
    _ content: UnsafeRawBufferPointer, level: Int, hasChecksum: Bool = false,
    into sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory for zstd") }
    defer { ZSTD_freeCCtx(context) }
    check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level)))
    check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0))
    check(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(content.count)))
    let output = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ZSTD_CStreamOutSize(), alignment: 16)
    defer { output.deallocate() }
    var input = ZSTD_inBuffer(src: content.baseAddress, size: content.count, pos: 0)
    var remaining: Int
    repeat {
      var piece = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      remaining = ZSTD_compressStream2(context, &piece, &input, ZSTD_e_end)
      check(remaining)
      try sink(UnsafeRawBufferPointer(rebasing: output[..<piece.pos]))
    } while remaining > 0
  }

  private static func check(_ code: Int) {
    precondition(ZSTD_isError(code) == 0, "zstd: \(String(cString: ZSTD_getErrorName(code)))")
  }
}

/// Takes one zstd frame in pieces.
struct Decompression: ~Copyable {
  private let context: OpaquePointer
  private let buffer: UnsafeMutableRawBufferPointer
  /// The size that the content must have.
  private let limit: Int
  private var content: [UInt8] = []
  private var isComplete = false

  init(limit: Int) {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for zstd") }
    self.context = context
    self.limit = limit
    buffer = .allocate(byteCount: ZSTD_DStreamOutSize(), alignment: 16)
  }

  deinit {
    ZSTD_freeDCtx(context)
    buffer.deallocate()
  }

  /// - Throws: when the frame is broken, goes on after its end, or holds more than the limit.
  mutating func append(_ piece: UnsafeRawBufferPointer) throws(ArtifactError.Damage) {
    var input = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
    var mayHoldMore = false
    while input.pos < input.size || mayHoldMore {
      if isComplete { throw .compression("bytes after the end of the frame") }
      var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
      let hint = ZSTD_decompressStream(context, &output, &input)
      guard ZSTD_isError(hint) == 0 else {
        throw .compression(String(cString: ZSTD_getErrorName(hint)))
      }
      guard output.pos <= limit - content.count else {
        throw .size(expected: limit, found: content.count + output.pos)
      }
      content.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<output.pos]))
      isComplete = hint == 0
      mayHoldMore = !isComplete && output.pos == output.size
    }
  }

  /// The content, once all pieces were appended.
  consuming func finish() throws(ArtifactError.Damage) -> [UInt8] {
    guard isComplete else { throw .compression("the frame does not end") }
    guard content.count == limit else { throw .size(expected: limit, found: content.count) }
    return content
  }
}
