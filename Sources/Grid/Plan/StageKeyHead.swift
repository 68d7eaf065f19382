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
    withUnsafeTemporaryAllocation(byteCount: 40 + end.count, alignment: 1) { text in
      var count = 0
      if let step {
        for byte in ",\"step\":".utf8 {
          text[count] = byte
          count += 1
        }
        count += Self.write(step, to: UnsafeMutableRawBufferPointer(rebasing: text[count...]))
      }
      for byte in end {
        text[count] = byte
        count += 1
      }
      var hash = hash
      hash.update(UnsafeRawBufferPointer(rebasing: text[..<count]))
      return StageKey(hash.digest())
    }
  }

  /// Writes a number in decimal digits.
  ///
  /// - Returns: how many bytes that are, 20 at most.
  private static func write(_ number: Int, to text: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    var rest = number.magnitude
    repeat {
      text[count] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    if number < 0 {
      text[count] = UInt8(ascii: "-")
      count += 1
    }
    var digits = UnsafeMutableRawBufferPointer(rebasing: text[..<count])
    digits.reverse()
    return count
  }
}
