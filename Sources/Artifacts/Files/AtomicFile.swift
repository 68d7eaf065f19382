/// Files that are either whole or not there, whenever the machine stops.
package enum AtomicFile {
  /// Replaces the file at `path` by these bytes: a temporary file in the same folder, written and
  /// synced, is renamed, and the folder is synced.
  package static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(FileError) {
    fatalError("in the making")
  }

  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    fatalError("in the making")
  }

  /// Writes the UTF-8 of `text`.
  package static func write(_ text: String, to path: String) throws(FileError) {
    fatalError("in the making")
  }
}
