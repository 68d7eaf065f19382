import Glibc
import Keys

extension ArtifactStore {
  /// The content, after the file was held against its checksums, and its hash against `expected` where
  /// the caller knows what it must be.
  ///
  /// - Complexity: O(size). What a damaged file claims to hold is not allocated ahead.
  package func get(
    _ name: ArtifactName, expected: Digest? = nil
  ) throws(ArtifactError) -> [UInt8] {
    let path = path(of: name)
    let file = try ArtifactFile(path)
    do throws(ArtifactFile.Fault) {
      let header = try file.header(for: name)
      if let expected, expected != header.artifact.content {
        throw ArtifactFile.Fault.damage(
          .otherContent(expected: expected, found: header.artifact.content))
      }
      return try file.content(header)
    } catch {
      throw error.artifactError(path)
    }
  }

  /// What the file's header says; its body is not read.
  package func inspect(_ name: ArtifactName) throws(ArtifactError) -> StoredArtifact {
    let path = path(of: name)
    let file = try ArtifactFile(path)
    do throws(ArtifactFile.Fault) {
      return try file.header(for: name).artifact
    } catch {
      throw error.artifactError(path)
    }
  }
}

/// An artifact's file, open for reading.
private struct ArtifactFile: ~Copyable {
  enum Fault: Error {
    case damage(ArtifactError.Damage)
    case system(FileError)

    func artifactError(_ path: String) -> ArtifactError {
      switch self {
      case .damage(let damage): .damaged(path: path, damage)
      case .system(let error): .unreadable(error)
      }
    }
  }

  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(ArtifactError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? .missing(path: path) : .unreadable(FileError(.open, path, code: errno))
    }
  }

  deinit { close(descriptor) }

  /// - Precondition: nothing was read before.
  func header(for name: ArtifactName) throws(Fault) -> ArtifactHeader {
    var bytes = [UInt8](repeating: 0, count: ArtifactHeader.size)
    let count = try bytes.withMutableRawBytes { (buffer) throws(Fault) in try fill(buffer) }
    do throws(ArtifactError.Damage) {
      let header = try ArtifactHeader(reading: Array(bytes[..<count]))
      guard header.artifact.name == name else { throw ArtifactError.Damage.otherName }
      return header
    } catch {
      throw .damage(error)
    }
  }

  /// - Precondition: the header was read, and nothing else.
  func content(_ header: ArtifactHeader) throws(Fault) -> [UInt8] {
    var decompression = Decompression(limit: header.artifact.bytes)
    var body = DigestBuilder()
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = try chunk.withMutableRawBytes { (buffer) throws(Fault) in try fill(buffer) }
      if count == 0 { break }
      do throws(ArtifactError.Damage) {
        try chunk.withRawBytes { (buffer) throws(ArtifactError.Damage) in
          let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          body.update(piece)
          try decompression.append(piece)
        }
      } catch {
        throw .damage(error)
      }
    }
    guard body.digest().prefix64 == header.bodyChecksum else { throw .damage(.body) }
    do throws(ArtifactError.Damage) {
      let content = try decompression.finish()
      let digest = content.withUnsafeBytes { Digest(of: $0) }
      guard digest == header.artifact.content else { throw ArtifactError.Damage.content }
      return content
    } catch {
      throw .damage(error)
    }
  }

  /// Reads until the buffer is full or the file ends; returns how much that was.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
    var rest = buffer[...]
    while !rest.isEmpty {
      let part = UnsafeMutableRawBufferPointer(rebasing: rest)
      let count = read(descriptor, part.baseAddress, part.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(FileError(.read, path, code: errno)) }
      if count == 0 { break }
      rest = rest.dropFirst(count)
    }
    return buffer.count - rest.count
  }
}
