import Glibc

/// Reads the logs of a results folder, also while its owner writes them; changes nothing.
package final class LogReader {
  /// A file with its index.
  private final class File {
    let descriptor: Int32
    let path: String
    let index: LogIndex

    init(path: String) throws(FileError) {
      self.path = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileError(.open, path, code: errno) }
      let first = try LogIndex(reading: descriptor, path: path)
      // A tail that an owner cuts and writes anew meanwhile may look like damage.
      index = first.hasDamage ? try LogIndex(reading: descriptor, path: path) : first
    }

    deinit {
      close(descriptor)
    }
  }

  private struct Content {
    let file: Int
    let offset: Int
    let pieces: [LogBlock.Piece]
    let bytes: [UInt8]
  }

  /// Blocks that are kept: attempts of about the same time share them.
  private static let mostKept = 64

  private let files: [File]
  private var kept: [Content] = []
  /// What is lost as a whole, a sentence each: files that are gone, and ends of files, though later files
  /// are there.
  private let gone: [String]
  /// Whether anything of the logs is known to be damaged or gone; that of blocks is known when they are
  /// read.
  package private(set) var isIncomplete: Bool

  /// The logs as they are now.
  package init(folder: String) throws(FileError) {
    var files: [File] = []
    var gone: [String] = []
    var last = 0
    let numbers = try LogFiles.numbers(in: folder)
    for number in numbers {
      if number > last + 2 {
        gone.append("the files \(LogFiles.name(last + 1)) to \(LogFiles.name(number - 1)) are gone")
      } else if number == last + 2 {
        gone.append("the file \(LogFiles.name(last + 1)) is gone")
      }
      last = number
      let file = try File(path: folder + "/" + LogFiles.name(number))
      // A file is left when it has its index, or for its damage.
      if number != numbers.last, !file.index.isComplete, !file.index.hasDamage {
        gone.append("the end of \(LogFiles.name(number)) is gone")
      }
      files.append(file)
    }
    self.files = files
    self.gone = gone
    isIncomplete = !gone.isEmpty || files.contains { $0.index.hasDamage }
  }

  /// What an attempt said; `nil` when it said nothing. What is damaged is left out.
  package func bytes(of name: LogName) throws(FileError) -> [UInt8]? {
    var bytes: [UInt8]?
    for place in files.indices {
      for offset in files[place].index.offsets(of: name) {
        guard let content = try content(of: place, at: offset) else {
          isIncomplete = true
          continue
        }
        var start = 0
        for piece in content.pieces {
          if piece.name == name {
            bytes = (bytes ?? []) + content.bytes[start..<(start + piece.count)]
          }
          start += piece.count
        }
      }
    }
    return bytes
  }

  /// The names of all logs in ascending order.
  package var names: [LogName] {
    Set(files.flatMap { $0.index.entries.map(\.name) }).sorted()
  }

  /// What of the logs is damaged, and what is gone, in sentences. A tail that a kill has torn is neither.
  ///
  /// - Complexity: O(bytes of all logs).
  package func damage() throws(FileError) -> (damaged: [String], gone: [String]) {
    var damaged: [String] = []
    for place in files.indices {
      let file = files[place]
      let blocks = Set(file.index.entries.map(\.offset)).sorted()
      var lost = 0
      for offset in blocks where try content(of: place, at: offset) == nil { lost += 1 }
      if lost > 0 {
        damaged.append("\(lost) of the \(blocks.count) blocks of \(file.path) cannot be read")
      } else if file.index.hasDamage {
        damaged.append("there is something between the blocks of \(file.path) that is none")
      }
    }
    return (damaged, gone)
  }

  private func content(of place: Int, at offset: Int) throws(FileError) -> Content? {
    if let found = kept.last(where: { $0.file == place && $0.offset == offset }) { return found }
    let file = files[place]
    let head = try LogIndex.read(
      file.descriptor, LogBlock.headSize, at: offset, path: file.path)
    guard let size = LogBlock.directorySize(head: head[...]) else { return nil }
    let directory = try LogIndex.read(file.descriptor, size, at: offset, path: file.path)
    guard let block = LogBlock(directory: directory[...]),
      block.pieces.reduce(0, { $0 + $1.count }) == block.contentSize
    else { return nil }
    let frame = try LogIndex.read(
      file.descriptor, block.compressedSize, at: offset + size, path: file.path)
    guard let bytes = Self.decompressed(frame, size: block.contentSize) else { return nil }
    let content = Content(file: place, offset: offset, pieces: block.pieces, bytes: bytes)
    if kept.count == Self.mostKept { kept.removeFirst() }
    kept.append(content)
    return content
  }

  private static func decompressed(_ frame: [UInt8], size: Int) -> [UInt8]? {
    do throws(ArtifactError.Damage) {
      var decompression = Decompression(limit: size)
      try frame.withRawBytes { (bytes) throws(ArtifactError.Damage) in
        try decompression.append(bytes)
      }
      return try decompression.finish()
    } catch {
      return nil
    }
  }
}
