import Grid

/// A grid as it is handed to the reader: reading files is the caller's.
package struct GridSource: Sendable {
  /// The file's name as the user gave it, for messages, the grid's default name and the folder of
  /// its includes.
  package var file: String
  package var text: String
  /// `key=value` each, in the order of the command line; a later one comes before an earlier one.
  package var overrides: [String]

  package init(file: String, text: String, overrides: [String] = []) {
    self.file = file
    self.text = text
    self.overrides = overrides
  }

  /// - Throws: `GridFaults` with the place of the first byte that is not UTF-8.
  package init(file: String, bytes: [UInt8], overrides: [String] = []) throws(GridFaults) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self.init(file: file, text: text, overrides: overrides)
      return
    }
    // Decoding replaces what is wrong by U+FFFD, so the longest common beginning ends at the fault.
    let repaired = String(decoding: bytes, as: UTF8.self)
    var counter = LineCounter()
    var offset = 0
    for scalar in repaired.unicodeScalars {
      let encoded = Array(String(scalar).utf8)
      guard bytes[min(offset, bytes.count)...].starts(with: encoded) else { break }
      offset += encoded.count
      counter.advance(over: scalar)
    }
    let place = Place(source: .file(file), line: counter.line, column: counter.column)
    throw GridFaults(diagnostics: [GridDiagnostic(.notUTF8, at: place, path: [])])
  }
}

/// Why an included file cannot be read: a few words such as `no such file`.
package struct UnreadableFile: Error, Hashable, Sendable {
  package let reason: String

  package init(reason: String) {
    self.reason = reason
  }
}
