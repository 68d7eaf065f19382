import Artifacts
import CShims
import Glibc

/// A small file that says which processes the owner has started and not yet seen the end of, so that
/// the next owner can end what a dead one left behind. A header names the boot and the owner's
/// session; line n is for the process in place n, which writes itself down before it executes. The guard
/// of programs has a place too, and clears those of its programs itself.
///
/// The file is never synced: it matters only while the machine is up, and then the kernel has it.
struct ProcessRegistry: ~Copyable {
  static let lineLength = Int(ESPALIER_REGISTRY_LINE)

  let descriptor: Int32
  private let path: String
  private var freePlaces: [Int] = []
  private var places = 0

  /// Begins a new file in place of what is there.
  static func make(path: String) throws(FileError) -> ProcessRegistry {
    let descriptor = try SystemCall.check(.open, path) {
      open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    let registry = ProcessRegistry(descriptor: descriptor, path: path)
    let header = "\(ProcessIdentity.currentBoot) \(getsid(0))"
    try SystemCall.write(line(header), to: descriptor, at: 0, path: path)
    return registry
  }

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// The lines of a registry: the header and each place's process, empty where there is none.
  static func lines(of bytes: [UInt8]) -> [[Substring]] {
    stride(from: 0, to: bytes.count, by: lineLength).map { start in
      // A place that was skipped is a hole in the file.
      let line = bytes[start..<min(start + lineLength, bytes.count)].map {
        $0 == 0 ? UInt8(ascii: " ") : $0
      }
      return String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    }
  }

  /// The whole file; `nil` when it cannot be read.
  static func contents(of descriptor: Int32) -> [UInt8]? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return count == bytes.count ? bytes : nil
  }

  /// Takes a place for one process.
  mutating func take() -> Int {
    if let place = freePlaces.popLast() { return place }
    places += 1
    return places
  }

  func offset(of place: Int) -> Int { place * Self.lineLength }

  /// The process in that place is gone.
  mutating func free(_ place: Int) throws(FileError) {
    try SystemCall.write(Self.line(""), to: descriptor, at: offset(of: place), path: path)
    freePlaces.append(place)
  }

  static func line(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8.prefix(lineLength - 1))
    bytes += repeatElement(UInt8(ascii: " "), count: lineLength - 1 - bytes.count)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
