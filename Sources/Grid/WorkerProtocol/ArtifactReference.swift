import Keys

/// An artifact that a stage left in the store.
package struct ArtifactReference: Hashable, Sendable, Codable {
  package let stage: StageKey
  /// What it is: `state`, `outcomes`, `prompts` … One stage has at most one artifact of a kind.
  package let kind: String
  /// SHA-256 of its uncompressed content, 64 hex digits.
  package let sha256: String
  /// Uncompressed size in bytes.
  package let bytes: Int

  package init(stage: StageKey, kind: String, sha256: String, bytes: Int) {
    self.stage = stage
    self.kind = kind
    self.sha256 = sha256
    self.bytes = bytes
  }
}
