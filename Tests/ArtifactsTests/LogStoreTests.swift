import Foundation
import Glibc
import TestSupport
import Testing

@testable import Artifacts

/// Logs of many attempts in few files.
@Suite struct LogStoreTests {
  private let home = TemporaryFolder()
  var folder: String { home.path + "/logs" }

  func append(_ text: String, to store: LogStore, _ job: Int64, _ attempt: Int = 1) {
    Array(text.utf8).withUnsafeBytes {
      store.append($0, to: LogName(job: job, attempt: attempt))
    }
  }

  func text(_ job: Int64, _ attempt: Int = 1) throws -> String? {
    try LogReader(folder: folder).bytes(of: LogName(job: job, attempt: attempt)).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test func whatWasFlushedCanBeReadWhileTheAttemptRuns() throws {
    let store = LogStore(folder: folder)
    #expect(try text(1) == nil)
    append("one ", to: store, 1)
    append("other", to: store, 2)
    append("two ", to: store, 1)
    try store.flush()
    #expect(try text(1) == "one two ")
    append("three", to: store, 1)
    append("again", to: store, 1, 2)
    try store.flush()
    #expect(try text(1) == "one two three")
    #expect(try text(2) == "other")
    #expect(try text(1, 2) == "again")
    #expect(try text(3) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["000001.logs"])
  }

  @Test func whatIsNotFlushedIsThereSoon() throws {
    let store = LogStore(folder: folder)
    append("soon", to: store, 1)
    var read: String?
    for _ in 0..<300 where read == nil {
      usleep(20_000)
      read = try text(1)
    }
    #expect(read == "soon")
    withExtendedLifetime(store) {}
  }

  /// The next owner goes on behind the last whole block, wherever the one before was killed.
  @Test func tornTailsAreCut() throws {
    do {
      let store = LogStore(folder: folder)
      append(String(repeating: "first ", count: 100), to: store, 1)
      try store.flush()
      append(String(repeating: "second ", count: 100), to: store, 2)
      try store.flush()
    }
    let path = folder + "/000001.logs"
    let whole = try Data(contentsOf: URL(filePath: path))
    let first = try #require(LogBlock(directory: Array(whole)[...])).size
    for end in first..<whole.count {
      try whole.prefix(end).write(to: URL(filePath: path))
      #expect(try text(1)?.count == 600)
      #expect(try text(2) == nil)
      let store = LogStore(folder: folder)
      append("third", to: store, 3)
      try store.flush()
      #expect(try text(1)?.count == 600)
      #expect(try text(2) == nil)
      #expect(try text(3) == "third")
    }
  }

  @Test func damageTakesWhatItHitsAndNothingElse() throws {
    let store = LogStore(folder: folder)
    for job in 1...3 as ClosedRange<Int64> {
      append("log of \(job)", to: store, job)
      try store.flush()
    }
    let path = folder + "/000001.logs"
    var bytes = Array(try Data(contentsOf: URL(filePath: path)))
    let first = try #require(LogBlock(directory: bytes[...]))
    let second = try #require(LogBlock(directory: bytes[first.size...]))
    let whole = try LogReader(folder: folder)
    #expect(try whole.damage() == ([], []) && !whole.isIncomplete)
    for place in 0..<second.compressedSize {
      let byte = first.size + second.directorySize + place
      bytes[byte] ^= 0x55
      try Data(bytes).write(to: URL(filePath: path))
      #expect(try text(1) == "log of 1")
      #expect(try text(3) == "log of 3")
      let reader = try LogReader(folder: folder)
      // The frame's head has bits that mean nothing for so little content.
      if let text = try text(2), text == "log of 2" {
        #expect(place < 8)
      } else {
        #expect(try text(2) == nil)
        #expect(try reader.bytes(of: LogName(job: 2, attempt: 1)) == nil && reader.isIncomplete)
        #expect(try reader.damage().damaged == ["1 of the 3 blocks of \(path) cannot be read"])
      }
      bytes[byte] ^= 0x55
    }
  }

  @Test func aFileThatIsGoneIsMissed() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for number in [2, 4, 20_251_129] {
      let path = "\(folder)/\(LogFiles.name(number))"
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    let reader = try LogReader(folder: folder)
    #expect(reader.isIncomplete)
    let (damaged, gone) = try reader.damage()
    #expect(damaged == [])
    // One that is not the last is complete, or was left for its damage.
    #expect(
      gone == [
        "the file 000001.logs is gone", "the end of 000002.logs is gone",
        "the file 000003.logs is gone", "the end of 000004.logs is gone",
        "the files 000005.logs to 20251128.logs are gone",
      ])
  }

  /// Damage to a directory hides its own block. The next owner leaves those behind it where they are.
  @Test func damageInTheMiddleIsPassedOver() throws {
    do {
      let store = LogStore(folder: folder)
      for job in 1...3 as ClosedRange<Int64> {
        append("log of \(job)", to: store, job)
        try store.flush()
      }
    }
    let path = folder + "/000001.logs"
    let whole = Array(try Data(contentsOf: URL(filePath: path)))
    let first = try #require(LogBlock(directory: whole[...])).size
    for place in [0, 4, 12, 25, 30] {
      var bytes = whole
      bytes[first + place] ^= 0xFF
      try Data(bytes).write(to: URL(filePath: path))
      let store = LogStore(folder: folder)
      append("log of 4", to: store, 4)
      try store.flush()
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == bytes)
      #expect(try text(1) == "log of 1")
      #expect(try text(2) == nil)
      #expect(try text(3) == "log of 3")
      #expect(try text(4) == "log of 4")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["000001.logs", "000002.logs"])
      try FileManager.default.removeItem(atPath: folder + "/000002.logs")
    }
  }

  /// An index says the same as a walk through the blocks, and a file without its end is walked through.
  @Test func aCompleteFileHasAnIndex() throws {
    let store = LogStore(folder: folder)
    for round in 0..<3 {
      for job in 1...5 as ClosedRange<Int64> { append("\(round) of \(job)\n", to: store, job) }
      try store.flush()
    }
    let path = folder + "/000001.logs"
    let file = open(path, O_RDWR)
    defer { close(file) }
    let walked = try LogIndex(reading: file, path: path)
    #expect(!walked.isComplete && walked.entries.count == 15)
    let frame = walked.frame()
    lseek(file, 0, SEEK_END)
    #expect(frame.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == frame.count)
    let read = try LogIndex(reading: file, path: path)
    #expect(read.isComplete && read.entries == walked.entries && read.end == walked.end)
    #expect(try text(4) == "0 of 4\n1 of 4\n2 of 4\n")
    // Nothing is written behind an index.
    let next = LogStore(folder: folder)
    append("more", to: next, 4)
    try next.flush()
    #expect(try text(4) == "0 of 4\n1 of 4\n2 of 4\nmore")
    #expect(try LogReader(folder: folder).names.map(\.job) == [1, 2, 3, 4, 5])
    ftruncate(file, off_t(walked.end + frame.count - 1))
    #expect(try !LogIndex(reading: file, path: path).isComplete)
  }

  @Test func manyShortLogsTakeLittleRoom() throws {
    let store = LogStore(folder: folder)
    for job in 0..<10_000 as Range<Int64> {
      append("epoch 1: loss 0.\(job)\nepoch 2: loss 0.\(job / 2)\n", to: store, job)
      if job % 100 == 99 { try store.flush() }
    }
    let size = try Data(contentsOf: URL(filePath: folder + "/000001.logs")).count
    #expect(size < 420_000, "\(size) bytes for 390,000")
    let reader = try LogReader(folder: folder)
    for job in [0, 4321, 9999] as [Int64] {
      #expect(
        try reader.bytes(of: LogName(job: job, attempt: 1)).map {
          String(decoding: $0, as: UTF8.self)
        }
          == "epoch 1: loss 0.\(job)\nepoch 2: loss 0.\(job / 2)\n")
    }
  }

  /// Its files are read by zstd's own tool.
  @Test func theFilesAreZstd() throws {
    let store = LogStore(folder: folder)
    append("one\n", to: store, 1)
    try store.flush()
    append("two\n", to: store, 2)
    try store.flush()
    var decompression = Decompression(limit: 4)
    let bytes = Array(try Data(contentsOf: URL(filePath: folder + "/000001.logs")))
    let first = try #require(LogBlock(directory: bytes[...]))
    try bytes[first.directorySize..<first.size].withUnsafeBytes { try decompression.append($0) }
    #expect(try decompression.finish() == Array("one\n".utf8))
    #expect(bytes[..<4].elementsEqual([0x5B, 0x2A, 0x4D, 0x18]))
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try Data().write(to: URL(filePath: folder))
    let store = LogStore(folder: folder)
    append("x", to: store, 1)
    #expect(throws: FileError(.makeFolder, folder, code: ENOTDIR)) { try store.flush() }
  }
}
