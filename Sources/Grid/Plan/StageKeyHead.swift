import Keys

/// A stage's key in the making: the hash of what its text begins with, which many stages share. The
/// text is that of `Stage`: kind and parameters, then parents, then step, then version.
package struct StageKeyHead: Sendable {
  /// Of `{"kind":…,"parameters":{…},"parents":[`
  private let hash: DigestBuilder
  private let version: Int

  /// What stands before the parameters: `{"kind":…,"parameters":`.
  package static func beginning(kind: String) -> [UInt8] {
    Array("{\"kind\":\(CanonicalJSON.text(of: kind)),\"parameters\":".utf8)
  }

  /// What stands between the parameters and the parents.
  package static let middle = Array(",\"parents\":[".utf8)

  /// What stands at the end of a stage without a step.
  package static func end(version: Int) -> [UInt8] { Array(",\"version\":\(version)}".utf8) }

  /// - Precondition: `parametersText` is the canonical JSON of the stage's parameters.
  /// - Complexity: O(length of the text).
  package init(kind: String, version: Int, parametersText: [UInt8]) {
    self.init(
      text: Self.beginning(kind: kind) + parametersText + Self.middle, version: version)
  }

  /// - Precondition: `text` is the whole of what stands before the parents.
  package init(text: [UInt8], version: Int) {
    var hash = DigestBuilder()
    text.withUnsafeBytes { hash.update($0) }
    self.hash = hash
    self.version = version
  }

  /// The key whose text goes on with `rest` to its end.
  package func key(rest: UnsafeRawBufferPointer) -> StageKey {
    var hash = hash
    hash.update(rest)
    return StageKey(hash.digest())
  }

  /// - Complexity: O(parents).
  package func with(parents: [StageKey]) -> StageKeyTail {
    var text: [UInt8] = []
    text.reserveCapacity(67 * parents.count + 1)
    for (index, parent) in parents.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(UInt8(ascii: "\""))
      parent.digest.appendHex(to: &text)
      text.append(UInt8(ascii: "\""))
    }
    text.append(UInt8(ascii: "]"))
    var hash = hash
    text.withUnsafeBytes { hash.update($0) }
    return StageKeyTail(hash: hash, version: version)
  }
}

/// The rest of a stage's key: what the states of one trajectory share is hashed already.
package struct StageKeyTail: Sendable {
  private let hash: DigestBuilder
  /// What stands behind the step.
  private let end: [UInt8]

  fileprivate init(hash: DigestBuilder, version: Int) {
    self.hash = hash
    end = StageKeyHead.end(version: version)
  }

  /// - Parameter step: `nil` for the key of the trajectory, and of a stage that has no steps.
  package func key(step: Int?) -> StageKey {
    var hash = hash
    // Digits as few as these stand in the string itself.
    if let step {
      Self.separator.withUnsafeBytes { hash.update($0) }
      var digits = String(step)
      digits.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    }
    end.withUnsafeBytes { hash.update($0) }
    return StageKey(hash.digest())
  }

  /// What stands before the step.
  private static let separator = Array(",\"step\":".utf8)
}
