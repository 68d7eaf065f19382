import Grid
import Keys

/// Checksums over what results tables are made of: SQLite notices a damaged page only where its
/// structure breaks, not where a digit does.
enum Checksum {
  static func run(_ id: String, axisValues: String, stages: [StageKey]) -> Int64 {
    var bytes = Array(id.utf8)
    bytes += axisValues.utf8
    for stage in stages { stage.digest.withBytes { bytes += $0 } }
    return of(bytes)
  }

  static func result(of stage: StageKey, metrics: String) -> Int64 {
    of(stage.digest.bytes + Array(metrics.utf8))
  }

  /// Of metrics that lie in memory.
  static func result(of stage: StageKey, metrics: UnsafeBufferPointer<UInt8>) -> Int64 {
    var hash = DigestBuilder()
    stage.digest.withBytes { hash.update($0) }
    hash.update(UnsafeRawBufferPointer(metrics))
    return Int64(bitPattern: hash.digest().prefix64)
  }

  static func of(_ bytes: [UInt8]) -> Int64 {
    bytes.withUnsafeBytes { Int64(bitPattern: Digest(of: $0).prefix64) }
  }
}
