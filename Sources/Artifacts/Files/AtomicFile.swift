/// Files that are either whole or not there, whenever the machine stops.
package enum AtomicFile {
  /// Replaces the file at `path` by these bytes: a temporary file in the same folder, written and
  /// synced, is renamed, and the folder is synced. The folder must exist.
  package static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(FileError) {
    let file = try TemporaryFile(for: path)
    try file.write(bytes)
    try file.putIntoPlace()
  }

  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try bytes.withRawBytes { (buffer) throws(FileError) in try write(buffer, to: path) }
  }

  /// The same with bytes that come piece by piece, so that they need not all be in memory.
  ///
  /// - Throws: `FileError`, and what `body` throws.
  package static func write(
    to path: String, _ body: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let file = try TemporaryFile(for: path)
    try body { bytes in try bytes.withUnsafeBytes { try file.write($0) } }
    try file.putIntoPlace()
  }

  /// Writes the UTF-8 of `text`.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }
}
