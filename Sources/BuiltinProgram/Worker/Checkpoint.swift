import Grid
import Keys

/// What is saved of a stage, or of a whole trajectory, before it is completed.
///
/// File: the eight bytes `ESPCKPT1`, the key of the stage that was at work (32 bytes), the seconds spent
/// on it (IEEE 754 binary64, little-endian), then the state, in a form of the stage's own.
struct Checkpoint: Equatable {
  private static let magic = Array("ESPCKPT1".utf8)
  private static let headerBytes = magic.count + 32 + 8

  /// The stage that was at work: of a trajectory's checkpoint one of its states.
  var stage: StageKey
  /// How long that stage had taken so far, over all attempts that led to this state. For timings only.
  var seconds: Double
  var state: [UInt8]

  var encoded: [UInt8] {
    var bytes = Self.magic
    bytes.reserveCapacity(Self.headerBytes + state.count)
    bytes += stage.digest.bytes
    withUnsafeBytes(of: seconds.bitPattern.littleEndian) { bytes += $0 }
    bytes += state
    return bytes
  }

  init(stage: StageKey, seconds: Double, state: [UInt8]) {
    self.stage = stage
    self.seconds = seconds
    self.state = state
  }

  /// `nil` for bytes of another form, and for a time that cannot be.
  init?(encoded bytes: [UInt8]) {
    guard bytes.count >= Self.headerBytes, bytes.starts(with: Self.magic),
      let digest = Digest(bytes: Array(bytes[Self.magic.count..<Self.magic.count + 32]))
    else { return nil }
    let time = bytes[Self.magic.count + 32..<Self.headerBytes].reversed()
      .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let seconds = Double(bitPattern: time)
    guard seconds.isFinite, seconds >= 0 else { return nil }
    self.init(stage: StageKey(digest), seconds: seconds, state: Array(bytes[Self.headerBytes...]))
  }
}
