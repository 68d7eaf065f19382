import Keys

extension JobOrder {
  /// The order as its line, with the line's end. The same JSON as that of a general encoder with sorted
  /// keys, which takes some twenty times as long.
  package var line: [UInt8] {
    var text = "{\"attempt\":\(attempt.rawValue),\"context\":"
    Self.write(context, to: &text) { $0.write(to: &$1) }
    text += ",\"job\":\(job.rawValue),\"keep\":"
    Self.write(keep, to: &text) { $0.write(to: &$1) }
    text += ",\"stages\":"
    Self.write(stages, to: &text) { $0.write(to: &$1) }
    text += "}\n"
    return Array(text.utf8)
  }

  fileprivate static func write<Element>(
    _ elements: [Element], to text: inout String, _ body: (Element, inout String) -> Void
  ) {
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      body(element, &text)
    }
    text += "]"
  }
}

extension Stage {
  fileprivate func write(to text: inout String) {
    text += "{\"key\":"
    key.write(to: &text)
    text += ",\"kind\":" + CanonicalJSON.text(of: kind)
    text += ",\"parameters\":" + parameters.canonical.text
    text += ",\"parents\":"
    JobOrder.write(parents, to: &text) { $0.write(to: &$1) }
    if let step { text += ",\"step\":\(step)" }
    text += ",\"trajectory\":"
    trajectory.write(to: &text)
    text += ",\"version\":\(version)}"
  }
}

extension StageKey {
  fileprivate func write(to text: inout String) {
    text += "\""
    text += hex
    text += "\""
  }
}
