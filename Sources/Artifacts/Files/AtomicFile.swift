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

  /// Writes the UTF-8 of `text`.
  package static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }
}
