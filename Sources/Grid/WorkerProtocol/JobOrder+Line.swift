import Keys

extension JobOrder {
  /// The order as its line, with the line's end. The same JSON as that of a general encoder with sorted
  /// keys, which takes some twenty times as long.
  package var line: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    text += "{\"attempt\":".utf8
    CanonicalJSON.write(attempt.rawValue, to: &text)
    text += ",\"context\":".utf8
    Self.write(context, to: &text) { $0.write(to: &$1) }
    text += ",\"job\":".utf8
    CanonicalJSON.write(Int(job.rawValue), to: &text)
    text += ",\"keep\":".utf8
    Self.write(keep, to: &text) { $0.write(to: &$1) }
    text += ",\"stages\":".utf8
    Self.write(stages, to: &text) { $0.write(to: &$1) }
    text += "}\n".utf8
    return text
  }

  fileprivate static func write<Element>(
    _ elements: [Element], to text: inout [UInt8], _ body: (Element, inout [UInt8]) -> Void
  ) {
    text.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      body(element, &text)
    }
    text.append(UInt8(ascii: "]"))
  }
}

extension Stage {
  fileprivate func write(to text: inout [UInt8]) {
    text += "{\"key\":".utf8
    key.write(to: &text)
    text += ",\"kind\":".utf8
    CanonicalJSON.write(kind, to: &text)
    text += ",\"parameters\":".utf8
    parameters.canonical.write(to: &text)
    text += ",\"parents\":".utf8
    JobOrder.write(parents, to: &text) { $0.write(to: &$1) }
    if let step {
      text += ",\"step\":".utf8
      CanonicalJSON.write(step, to: &text)
    }
    text += ",\"trajectory\":".utf8
    trajectory.write(to: &text)
    text += ",\"version\":".utf8
    CanonicalJSON.write(version, to: &text)
    text.append(UInt8(ascii: "}"))
  }
}

extension StageKey {
  fileprivate func write(to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    digest.appendHex(to: &text)
    text.append(UInt8(ascii: "\""))
  }
}
