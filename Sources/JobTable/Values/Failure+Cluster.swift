import Grid
import Keys

extension Failure {
  /// Names the cluster of failures that this one belongs to: eight hex digits made of the reason and
  /// of the message without its numbers. All that reached their limit of memory are one cluster, and all
  /// that reached that of time: what a program happened to say or to be seen at then is chance.
  package var cluster: String {
    switch reason {
    case .memoryLimit, .timeLimit: Digest(of: "\(reason.name)\n").hex(digits: 8)
    default: Digest(of: "\(reason.name)\n\(Self.normalised(message))").hex(digits: 8)
    }
  }

  /// The message with every word that has a digit in it, every number and every name that was made up for
  /// a temporary file replaced by `#`: what is left is the same for the same fault at other steps,
  /// addresses and temporary paths. Such a name follows `/tmp/` or `/shm/`, or begins with `tmp`, as those
  /// of mktemp and of Python's tempfile do in any folder. A list of such words is one of them, however
  /// long it is.
  ///
  /// - Complexity: O(length of the message).
  static func normalised(_ message: String) -> String {
    let bytes = Array(message.utf8)
    var output: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index].isWordByte else {
        let startsNumber =
          (bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+"))
          && index + 1 < bytes.count && bytes[index + 1].isDigit
          && (index == 0 || !bytes[index - 1].isWordByte)
        if !startsNumber { output.append(bytes[index]) }
        index += 1
        continue
      }
      let start = index
      if let end = temporaryName(in: bytes, at: start) {
        output.append(UInt8(ascii: "#"))
        index = end
        continue
      }
      var hasDigit = false
      while index < bytes.count {
        let byte = bytes[index]
        if byte.isWordByte {
          hasDigit = hasDigit || byte.isDigit
        } else if !continues(bytes, at: index, from: start) {
          break
        }
        index += 1
      }
      if hasDigit {
        // What is before it in a list goes, with the commas.
        let tail = output.reversed().prefix { $0 != UInt8(ascii: "#") }
        let isList =
          tail.count < output.count && tail.contains(UInt8(ascii: ","))
          && tail.allSatisfy { ", …".utf8.contains($0) }
        if isList { output.removeLast(tail.count) } else { output.append(UInt8(ascii: "#")) }
      } else {
        output += bytes[start..<index]
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Where the name of a temporary file ends that begins at `start`; `nil` where none does.
  private static func temporaryName(in bytes: [UInt8], at start: Int) -> Int? {
    func ends(with folder: StaticString) -> Bool {
      folder.withUTF8Buffer { bytes[..<start].suffix($0.count).elementsEqual($0) }
    }
    let name = bytes[start...].prefix {
      $0.isWordByte || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    // A full stop, or what else ends a sentence, is not part of it.
    var end = name.endIndex
    while end > start, !bytes[end - 1].isWordByte { end -= 1 }
    if ends(with: "/tmp/") || ends(with: "/shm/") { return end }
    let isMadeUp = name.starts(with: "tmp".utf8) && (start == 0 || !bytes[start - 1].isWordByte)
    return isMadeUp && end - start > 6 ? end : nil
  }

  /// Whether a `.` or the sign of an exponent stands inside the number that begins at `start`.
  private static func continues(_ bytes: [UInt8], at index: Int, from start: Int) -> Bool {
    guard index + 1 < bytes.count, bytes[index + 1].isDigit, bytes[start].isDigit else {
      return false
    }
    switch bytes[index] {
    case UInt8(ascii: "."): return true
    case UInt8(ascii: "-"), UInt8(ascii: "+"):
      return bytes[index - 1] == UInt8(ascii: "e") || bytes[index - 1] == UInt8(ascii: "E")
    default: return false
    }
  }
}

extension Failure.Reason {
  /// The reason's word. An exit status is part of it, limits and counts are not.
  package var name: String {
    switch self {
    case .exitStatus(let status): "exit status \(status)"
    case .timeLimit: "time limit"
    case .memoryLimit: "memory limit"
    case .protocolViolation: "protocol violation"
    case .nonFinite: "not finite"
    case .error: "error"
    case .notStarted: "not started"
    case .parentFailed: "parent failed"
    case .crashLimit: "crash limit"
    }
  }
}

extension AttemptOutcome {
  /// The word of the table's `outcome` column.
  var name: String {
    switch self {
    case .completed: "completed"
    case .failed: "failed"
    case .lost: "lost"
    case .again: "again"
    case .stopped: "stopped"
    case .artifactLost: "artifactLost"
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  /// Letters, digits, underscores, and everything beyond ASCII.
  fileprivate var isWordByte: Bool {
    isDigit || self == UInt8(ascii: "_") || self >= 0x80
      || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }
}
