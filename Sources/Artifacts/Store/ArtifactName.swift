import Keys

/// Names an artifact: which stage left it, and what it is.
package struct ArtifactName: Hashable, Sendable {
  /// The stage's key.
  package let key: Digest
  /// `state`, `outcomes`, `prompts` … Lower-case letters, digits and hyphens, at most 32.
  package let kind: String

  package init(key: Digest, kind: String) {
    self.key = key
    self.kind = kind
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
