import Dispatch
import Glibc
import Keys
import Synchronization
import TestSupport
import Testing

@testable import Artifacts

@Suite struct ArtifactStoreTests {
  private let temporary = TemporaryFolder()
  private var store: ArtifactStore { ArtifactStore(folder: temporary.path + "/deep/artifacts") }
  private let name = ArtifactName(key: Digest(of: "a stage"), kind: "state")

  private func content(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = RandomStream(seed: seed, purpose: RandomPurpose("content")).generator(0)
    // Runs of equal bytes, so that there is something to compress.
    var bytes: [UInt8] = []
    while bytes.count < count {
      bytes += [UInt8](repeating: UInt8(random.below(256)), count: 1 + random.below(9))
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: [0, 1, 143, 144, 145, 4096, 131_072, 1_000_003])
  func whatIsPutComesBack(count: Int) throws {
    let content = content(count)
    let stored = try store.put(content, as: name)
    #expect(stored.bytes == count)
    #expect(stored.content == Digest(of: content))
    #expect(try store.get(name) == content)
    #expect(try store.get(name, expected: stored.content) == content)
    #expect(try store.inspect(name) == stored)
    #expect(store.contains(name))
    #expect(try store.names() == [name])
  }

  @Test func filesLieInFoldersByTheirKey() throws {
    let hex = name.key.hex
    try store.put([1, 2, 3], as: name)
    #expect(
      store.path(of: name) == "\(store.folder)/\(hex.prefix(2))/\(hex.dropFirst(2)).state.zst")
    #expect(!FileAccess.read(store.path(of: name)).isEmpty)
    #expect(ArtifactName(path: name.path) == name)
    #expect(ArtifactName(path: "ab/cd.state.zst") == nil)
    #expect(ArtifactName(path: name.path + "x") == nil)
  }

  @Test func sameContentSameBytes() throws {
    let other = ArtifactStore(folder: temporary.path + "/other")
    try store.put(content(50_000), as: name)
    try other.put(content(50_000), as: name)
    #expect(FileAccess.read(store.path(of: name)) == FileAccess.read(other.path(of: name)))
  }

  @Test func zstdItselfReadsAnArtifact() throws {
    // The header is a skippable frame; the frame behind it is an ordinary one.
    try store.put(content(1000), as: name)
    let bytes = FileAccess.read(store.path(of: name))
    #expect(bytes[..<4] == [0x5E, 0x2A, 0x4D, 0x18])
    #expect(bytes[ArtifactHeader.size..<ArtifactHeader.size + 4] == [0x28, 0xB5, 0x2F, 0xFD])
  }

  @Test func puttingAgainWritesNothingUnlessTheContentDiffers() throws {
    let path = store.path(of: name)
    func inode() -> UInt64 {
      var status = stat()
      stat(path, &status)
      return UInt64(status.st_ino)
    }
    try store.put(content(5000), as: name)
    let first = inode()
    try store.put(content(5000), as: name)
    #expect(inode() == first)
    try store.put(content(5000, seed: 2), as: name)
    #expect(inode() != first)
    #expect(try store.get(name) == content(5000, seed: 2))
  }

  @Test func puttingAgainRepairsADamagedFile() throws {
    try store.put(content(5000), as: name)
    var bytes = FileAccess.read(store.path(of: name))
    bytes[bytes.count - 1] ^= 1
    FileAccess.write(bytes, to: store.path(of: name))
    #expect(throws: ArtifactError.self) { try store.get(name) }
    try store.put(content(5000), as: name)
    #expect(try store.get(name) == content(5000))
  }

  @Test func everyFlippedBitIsNoticed() throws {
    try store.put(content(300), as: name)
    let path = store.path(of: name)
    let bytes = FileAccess.read(path)
    for index in bytes.indices {
      for bit in 0..<8 {
        var broken = bytes
        broken[index] ^= 1 << bit
        FileAccess.write(broken, to: path)
        #expect(throws: ArtifactError.self, "byte \(index), bit \(bit)") { try store.get(name) }
      }
    }
  }

  @Test func everyTruncationAndEveryTailIsNoticed() throws {
    try store.put(content(300), as: name)
    let path = store.path(of: name)
    let bytes = FileAccess.read(path)
    for count in 0..<bytes.count {
      FileAccess.write(Array(bytes[..<count]), to: path)
      #expect(throws: ArtifactError.self, "cut to \(count)") { try store.get(name) }
    }
    for tail in [[0], [0x28, 0xB5, 0x2F, 0xFD], bytes] as [[UInt8]] {
      FileAccess.write(bytes + tail, to: path)
      #expect(throws: ArtifactError.self) { try store.get(name) }
    }
  }

  @Test func aHeaderIsNotBelieved() throws {
    // A whole file, checksums included, whose header claims more than any memory for a body of 300
    // bytes: allocating that ahead would end the process.
    try store.put(content(300), as: name)
    let path = store.path(of: name)
    let bytes = FileAccess.read(path)
    let header = try ArtifactHeader(reading: bytes)
    let claim = ArtifactHeader(
      artifact: StoredArtifact(
        name: name, content: header.artifact.content, bytes: 1 << 62),
      bodyChecksum: header.bodyChecksum)
    FileAccess.write(claim.bytes + bytes[ArtifactHeader.size...], to: path)
    #expect(throws: ArtifactError.damaged(path: path, .size(expected: 1 << 62, found: 300))) {
      try store.get(name)
    }
  }

  @Test func aBodyThatHoldsMoreThanTheHeaderSaysIsCutOff() throws {
    let zeros = [UInt8](repeating: 0, count: 20_000_000)
    try store.put(zeros, as: name)
    let path = store.path(of: name)
    let bytes = FileAccess.read(path)
    let header = try ArtifactHeader(reading: bytes)
    let claim = ArtifactHeader(
      artifact: StoredArtifact(name: name, content: header.artifact.content, bytes: 1000),
      bodyChecksum: header.bodyChecksum)
    FileAccess.write(claim.bytes + bytes[ArtifactHeader.size...], to: path)
    do {
      _ = try store.get(name)
      Issue.record("more bytes than the header says came back")
    } catch {
      guard case .damaged(path, .size(expected: 1000, found: let found)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(found < 1_000_000)
    }
  }

  @Test func errorsSayWhatIsWrong() throws {
    let path = store.path(of: name)
    #expect(throws: ArtifactError.missing(path: path)) { try store.get(name) }
    #expect(throws: ArtifactError.missing(path: path)) { try store.inspect(name) }
    #expect(
      ArtifactError.missing(path: "a/b.state.zst").description
        == "The artifact a/b.state.zst is missing. `espalier run` with its grid computes it again.")

    let other = ArtifactName(key: Digest(of: "another"), kind: "state")
    try store.put([1], as: other)
    try Folder.make(Folder.parent(of: path))
    FileAccess.write(FileAccess.read(store.path(of: other)), to: path)
    #expect(throws: ArtifactError.damaged(path: path, .otherName)) { try store.get(name) }

    FileAccess.write(Array("a text that has nothing to do with it".utf8), to: path)
    #expect(throws: ArtifactError.damaged(path: path, .truncatedHeader)) { try store.get(name) }
    FileAccess.write([UInt8](repeating: 32, count: 500), to: path)
    #expect(throws: ArtifactError.damaged(path: path, .notAnArtifact)) { try store.get(name) }

    let stored = try store.put([1, 2], as: name)
    let expected = Digest(of: "something else")
    #expect(
      throws: ArtifactError.damaged(
        path: path, .otherContent(expected: expected, found: stored.content))
    ) { try store.get(name, expected: expected) }
  }

  @Test func aNewerFormatIsNamed() throws {
    try store.put([1], as: name)
    let path = store.path(of: name)
    var bytes = FileAccess.read(path)
    bytes[16] = 2
    let checksum = bytes[..<136].withUnsafeBytes { Digest(of: $0).prefix64 }
    for index in 0..<8 { bytes[136 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
    FileAccess.write(bytes, to: path)
    #expect(throws: ArtifactError.damaged(path: path, .unknownFormat(2))) { try store.get(name) }
  }

  @Test func removingAndLeftovers() throws {
    let outcomes = ArtifactName(key: name.key, kind: "outcomes")
    try store.put([1], as: name)
    try store.put([2], as: outcomes)
    #expect(try store.names() == [outcomes, name])
    let shard = Folder.parent(of: store.path(of: name))
    FileAccess.write([1, 2, 3], to: shard + "/.abc.state.zst.4711.1.tmp")
    FileAccess.write([1, 2, 3], to: shard + "/notes.txt")
    #expect(try store.names() == [outcomes, name])
    #expect(try store.removeLeftovers() == 1)
    #expect(try store.removeLeftovers() == 0)
    #expect(try store.remove(name))
    #expect(try !store.remove(name))
    #expect(try store.names() == [outcomes])
    #expect(try ArtifactStore(folder: temporary.path + "/none").names() == [])
  }

  @Test func manyThreadsPutTheSameName() throws {
    let store = store
    let name = name
    let contents = (0..<4).map { content(20_000, seed: UInt64($0 % 2)) }
    let errors = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 32) { index in
      do {
        try store.put(contents[index % 4], as: name)
        let found = try store.get(name)
        if !contents.contains(found) { errors.withLock { $0.append("a mixture") } }
      } catch {
        errors.withLock { $0.append("\(error)") }
      }
    }
    #expect(errors.withLock { $0 } == [])
    #expect(contents.contains(try store.get(name)))
    #expect(try store.removeLeftovers() == 0)
  }

  @Test func aFullDeviceIsSaidAndLeavesNothing() throws {
    let folder = temporary.path + "/small"
    let store = ArtifactStore(folder: folder)
    var random = RandomStream(seed: 3, purpose: RandomPurpose("full")).generator(0)
    let noise = (0..<300_000).map { _ in UInt8(random.below(256)) }
    try FileAccess.withSmallDevice(at: folder, bytes: 200_000) {
      try store.put(Array(noise[..<50_000]), as: name)
      let other = ArtifactName(key: Digest(of: "large"), kind: "state")
      do throws(FileError) {
        try store.put(noise, as: other)
        Issue.record("300 kB fitted into 200 kB")
      } catch {
        #expect(error.isOutOfRoom)
        #expect(error.description.contains("Make room"))
      }
      #expect(try store.names() == [name])
      #expect(try store.removeLeftovers() == 0)
      #expect(try store.get(name) == Array(noise[..<50_000]))
    }
  }
}
