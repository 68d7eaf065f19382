import Grid
import Keys

/// What a checkpoint says beside the state that it holds.
///
/// At the end of its bytes: the eight bytes `ESPNOTE1`, the key of the stage (32 bytes), the seconds (IEEE
/// 754 binary64, little-endian).
struct CheckpointNote: Equatable {
  private static let magic = Array("ESPNOTE1".utf8)
  private static let size = magic.count + 32 + 8

  /// The stage that was at work: of a trajectory's checkpoint one of its states, or what measures one.
  var stage: StageKey
  /// How long that stage had taken so far, over all attempts that led to this state. For timings only.
  var seconds: Double

  func append(to bytes: inout [UInt8]) {
    bytes += Self.magic
    bytes += stage.digest.bytes
    withUnsafeBytes(of: seconds.bitPattern.littleEndian) { bytes += $0 }
  }

  /// Takes the note off the end of a checkpoint. Where there is none, as earlier versions left them, or
  /// none that makes sense, the bytes stay as they are.
  static func remove(from bytes: inout [UInt8]) -> CheckpointNote? {
    let note = bytes.suffix(size)
    guard note.count == size, note.starts(with: magic),
      let digest = Digest(bytes: Array(note.dropFirst(magic.count).prefix(32)))
    else { return nil }
    let bits = note.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let seconds = Double(bitPattern: bits)
    guard seconds.isFinite, seconds >= 0 else { return nil }
    bytes.removeLast(size)
    return CheckpointNote(stage: StageKey(digest), seconds: seconds)
  }
}
