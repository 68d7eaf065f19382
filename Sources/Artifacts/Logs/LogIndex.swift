import Glibc

/// Where in a file of blocks each log has its pieces.
struct LogIndex {
  struct Entry: Hashable, Comparable {
    let name: LogName
    /// Where the block begins.
    let offset: Int

    static func < (left: Entry, right: Entry) -> Bool {
      (left.name, left.offset) < (right.name, right.offset)
    }
  }

  /// By name, and of one log in the order in which it was written.
  private(set) var entries: [Entry] = []
  /// Where the blocks end, and the index begins if the file is complete.
  private(set) var end = 0
  /// Whether the file has its index and gets no more blocks.
  private(set) var isComplete = false
  /// Whether there is damage with whole blocks behind it.
  private(set) var hasDamage = false

  /// A complete file ends with its index, in a skippable frame of zstd as well:
  ///
  ///     magic 0x184D2A5C · size of the rest (u32)
  ///     for each piece: job (i64) · attempt (u32) · offset of its block (u64)
  ///     SHA-256 of these, 8 bytes of it · their number (u32) · "ESLI"
  private static let magic: UInt32 = 0x184D_2A5C
  private static let mark: UInt32 = 0x494C_5345
  private static let entrySize = 20
  private static let tailSize = 16

  init() {}

  mutating func add(_ block: LogBlock, at offset: Int) {
    var last: LogName?
    for piece in block.pieces where piece.name != last {
      entries.append(Entry(name: piece.name, offset: offset))
      last = piece.name
    }
    end = offset + block.size
  }

  mutating func sort() { entries.sort() }

  /// The blocks that hold pieces of a log, in their order.
  ///
  /// - Precondition: sorted.
  /// - Complexity: O(log n).
  func offsets(of name: LogName) -> [Int] {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    var offsets: [Int] = []
    for entry in entries[low...] {
      guard entry.name == name else { break }
      if offsets.last != entry.offset { offsets.append(entry.offset) }
    }
    return offsets
  }

  /// The bytes that complete a file.
  func frame() -> [UInt8] {
    var content: [UInt8] = []
    content.reserveCapacity(entries.count * Self.entrySize + Self.tailSize)
    for entry in entries.sorted() {
      content.append(UInt64(bitPattern: entry.name.job))
      content.append(UInt32(truncatingIfNeeded: entry.name.attempt))
      content.append(UInt64(entry.offset))
    }
    content.append(LogBlock.checksum(content[...]))
    content.append(UInt32(entries.count))
    content.append(Self.mark)
    var frame: [UInt8] = []
    frame.append(Self.magic)
    frame.append(UInt32(content.count))
    return frame + content
  }

  /// Reads the index of a file: that at its end, or, while it has none, by going from directory to
  /// directory. Damage is passed over; what comes after the last whole block is a torn tail.
  ///
  /// - Complexity: O(pieces), and one read of the file for each block without an index.
  init(reading file: Int32, path: String) throws(FileError) {
    let size = Int(lseek(file, 0, SEEK_END))
    if try readComplete(file, size: size, path: path) { return }
    var window: ArraySlice<UInt8> = []
    var start = 0
    /// At least `count` bytes from `offset`, as far as the file has them.
    func bytes(_ offset: Int, _ count: Int) throws(FileError) -> ArraySlice<UInt8> {
      if offset < start || offset + count > start + window.count {
        window = try Self.read(file, max(count, 1 << 14), at: offset, path: path)[...]
        start = offset
      }
      return window.dropFirst(offset - start).prefix(count)
    }
    func block(at offset: Int) throws(FileError) -> LogBlock? {
      guard
        let count = LogBlock.directorySize(head: try bytes(offset, LogBlock.headSize)),
        let block = LogBlock(directory: try bytes(offset, count)), offset + block.size <= size
      else { return nil }
      return block
    }
    var offset = 0
    while offset + LogBlock.headSize <= size {
      if let block = try block(at: offset) {
        if offset > end { hasDamage = true }
        add(block, at: offset)
        offset = end
      } else {
        offset = try Self.mark(in: file, size: size, behind: offset, path: path)
      }
    }
    sort()
  }

  /// Where behind an offset a block may begin; the file's end if nowhere.
  private static func mark(
    in file: Int32, size: Int, behind offset: Int, path: String
  ) throws(FileError) -> Int {
    let mark = (0..<4).map { UInt8(truncatingIfNeeded: LogBlock.magic >> ($0 * 8)) }
    var start = offset + 1
    while start < size {
      let window = try read(file, 1 << 16, at: start, path: path)
      var place = 0
      while let found = window[place...].firstIndex(of: mark[0]), found + 4 <= window.count {
        if window[found..<(found + 4)].elementsEqual(mark) { return start + found }
        place = found + 1
      }
      // A mark may lie across the windows.
      start += max(window.count - 3, 1)
    }
    return size
  }

  private mutating func readComplete(
    _ file: Int32, size: Int, path: String
  ) throws(FileError) -> Bool {
    guard size >= Self.tailSize + 8 else { return false }
    let tail = try Self.read(file, Self.tailSize, at: size - Self.tailSize, path: path)[...]
    guard tail.count == Self.tailSize, tail.number(at: 12) as UInt32 == Self.mark else {
      return false
    }
    let count = Int(tail.number(at: 8) as UInt32)
    let begin = size - Self.tailSize - count * Self.entrySize - 8
    guard begin >= 0 else { return false }
    let frame = try Self.read(file, 8 + count * Self.entrySize, at: begin, path: path)[...]
    guard frame.count == 8 + count * Self.entrySize, frame.number(at: 0) as UInt32 == Self.magic,
      tail.number(at: 0) as UInt64 == LogBlock.checksum(frame.dropFirst(8))
    else { return false }
    entries = (0..<count).map { place in
      let offset = 8 + place * Self.entrySize
      return Entry(
        name: LogName(
          job: Int64(bitPattern: frame.number(at: offset)),
          attempt: Int(frame.number(at: offset + 8) as UInt32)),
        offset: Int(clamping: frame.number(at: offset + 12) as UInt64))
    }
    end = begin
    isComplete = true
    return true
  }

  /// So many bytes, or those up to the file's end.
  static func read(
    _ file: Int32, _ count: Int, at offset: Int, path: String
  ) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
      }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw FileError(.read, path, code: errno) }
      if read == 0 { break }
      done += read
    }
    bytes.removeLast(count - done)
    return bytes
  }
}
