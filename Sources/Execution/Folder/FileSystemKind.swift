import Artifacts
import CShims
import Glibc

/// What kind of file system a folder is on. SQLite's locks and shared memory, and `flock`, do not
/// hold on network file systems, so a job table there can be damaged without a word.
enum FileSystemKind {
  /// The name of the network file system that `path` is on; `nil` for a local one.
  ///
  /// The numbers are those of statfs(2) and of the file systems' own headers.
  static func network(at path: String) throws(FileError) -> String? {
    var type: UInt32 = 0
    try SystemCall.check(.open, path) { espalier_file_system_type(path, &type) }
    return name(ofType: type)
  }

  static func name(ofType type: UInt32) -> String? {
    switch type {
    case 0x6969: "NFS"
    case 0xFF53_4D42, 0xFE53_4D42, 0x517B: "SMB"
    case 0x0BD0_0BD0: "Lustre"
    case 0x4750_4653: "GPFS"
    case 0x5346_414F: "AFS"
    case 0x00C3_6400: "Ceph"
    case 0x1983_0326: "BeeGFS"
    case 0xAAD7_AAEA: "Panasas"
    case 0x7375_7245: "Coda"
    default: nil
    }
  }
}
