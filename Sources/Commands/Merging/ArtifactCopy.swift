import Artifacts
import CShims
import Grid
import Keys

/// Copies artifacts from store to store, each held against its hash.
struct ArtifactCopy {
  let source: ArtifactStore
  let target: ArtifactStore

  /// - Returns: how many were copied; `nil` when one is missing or damaged in the source, which leaves its
  ///   result to be computed again.
  func copy(_ references: [ArtifactReference]) throws -> Int? {
    var copied = 0
    for reference in references {
      guard let (name, content) = Self.name(of: reference) else { return nil }
      if has(name, content) { continue }
      espalier_fault_pass(ESPALIER_FAULT_MERGE)
      let bytes: [UInt8]
      do throws(ArtifactError) {
        bytes = try source.get(name, expected: content)
      } catch {
        if case .unreadable = error { throw error }
        return nil
      }
      guard bytes.count == reference.bytes else { return nil }
      try target.put(bytes, as: name)
      copied += 1
    }
    return copied
  }

  /// Puts back what the target lost of a result that both have.
  func restore(_ references: [ArtifactReference]) throws -> Int {
    let lost = references.filter { reference in
      guard let (name, _) = Self.name(of: reference) else { return false }
      return !target.contains(name) && source.contains(name)
    }
    return try lost.isEmpty ? 0 : copy(lost) ?? 0
  }

  private func has(_ name: ArtifactName, _ content: Digest) -> Bool {
    guard target.contains(name) else { return false }
    do {
      _ = try target.get(name, expected: content)
      return true
    } catch {
      return false
    }
  }

  private static func name(of reference: ArtifactReference) -> (ArtifactName, Digest)? {
    guard ArtifactName.isKind(reference.kind), let content = Digest(hex: reference.sha256) else {
      return nil
    }
    return (ArtifactName(key: reference.stage.digest, kind: reference.kind), content)
  }
}
