import Keys

/// Names an artifact: which stage left it, and what it is.
package struct ArtifactName: Hashable, Sendable {
  /// The stage's key.
  package let key: Digest
  /// `state`, `outcomes`, `prompts` …
  package let kind: String

  /// - Precondition: `kind` is 1 to 32 lower-case letters, digits or hyphens.
  package init(key: Digest, kind: String) {
    precondition(Self.isKind(kind), "“\(kind)” does not name a kind of artifact")
    self.key = key
    self.kind = kind
  }

  /// Takes back the path below the store's folder; `nil` for any other file.
  init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 2 else { return nil }
    let words = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    guard words.count == 3, words[2] == "zst", Self.isKind(String(words[1])),
      let key = Digest(hex: String(parts[0] + words[0]))
    else { return nil }
    self.key = key
    kind = String(words[1])
  }

  /// `ab/cdef….KIND.zst`: 256 folders keep each of them small.
  var path: String {
    let hex = key.hex
    return "\(hex.prefix(2))/\(hex.dropFirst(2)).\(kind).zst"
  }

  /// Whether the text can name a kind of artifact.
  package static func isKind(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
          || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
      }
  }
}

/// What the store knows about an artifact without reading its content.
package struct StoredArtifact: Hashable, Sendable {
  package let name: ArtifactName
  /// SHA-256 of the uncompressed content.
  package let content: Digest
  /// Uncompressed size in bytes.
  package let bytes: Int

  package init(name: ArtifactName, content: Digest, bytes: Int) {
    self.name = name
    self.content = content
    self.bytes = bytes
  }
}
