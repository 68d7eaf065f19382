import CShims
import Glibc

/// Tells a process from every other one on the machine, also from a later one with the same number.
struct ProcessIdentity: Hashable, Sendable, Codable {
  let pid: Int32
  /// Clock ticks from boot to its start.
  let startTime: UInt64
  /// Which boot that was.
  let boot: String

  static var current: ProcessIdentity {
    let pid = getpid()
    return ProcessIdentity(
      pid: pid, startTime: ProcessStatus(of: pid)?.startTime ?? 0, boot: currentBoot)
  }

  /// A name of the time since the machine started; empty where the kernel tells none.
  static var currentBoot: String {
    guard let bytes = SystemCall.contents(of: "/proc/sys/kernel/random/boot_id") else { return "" }
    return String(decoding: bytes, as: UTF8.self).trimmingLineEnd
  }

  /// Whether the process is still there.
  var isAlive: Bool {
    guard boot == Self.currentBoot, let status = ProcessStatus(of: pid) else { return false }
    return status.startTime == startTime && status.state != "Z"
  }
}

/// What /proc knows of a process.
struct ProcessStatus: Hashable, Sendable {
  let pid: Int32
  let state: Character
  let group: Int32
  let session: Int32
  let startTime: UInt64
  /// Bytes of memory that it has, with all that it shares with others.
  let resident: Int

  /// `nil` when there is no such process.
  init?(of pid: Int32) {
    var process = espalier_process()
    guard espalier_process_read(pid, &process) == 0 else { return nil }
    self.pid = pid
    state = Character(Unicode.Scalar(UInt8(bitPattern: process.state)))
    group = process.group
    session = process.session
    startTime = process.start_time
    resident = Int(clamping: process.resident)
  }
}

extension String {
  /// The text without line ends at its end.
  var trimmingLineEnd: String {
    var text = Substring(self)
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
