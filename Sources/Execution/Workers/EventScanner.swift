import Glibc
import Grid

/// Reads the two events that every job has, in the one form in which our own workers write them:
/// members sorted, nothing between the tokens. `nil` for everything else, which is left to a general
/// decoder.
struct EventScanner {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  static func event(_ line: UnsafeRawBufferPointer) -> WorkerEvent? {
    var scanner = EventScanner(line)
    let event = scanner.finished() ?? scanner.completed()
    return scanner.position == line.count ? event : nil
  }

  private mutating func finished() -> WorkerEvent? {
    guard take(#"{"finished":{"#) else { return nil }
    var instant: Double?
    if take(#""at":"#) {
      guard let number = number(), take(",") else { return nil }
      instant = number
    }
    guard take(#""attempt":"#), let (job, attempt) = names(), take("}}") else { return nil }
    return .finished(job: job, attempt: attempt, at: instant)
  }

  private mutating func completed() -> WorkerEvent? {
    guard take(#"{"completed":{"attempt":"#), let (job, attempt) = names(),
      take(#","result":{"artifacts":[],"metrics":{"#), let metrics = metrics(),
      take(#","seconds":"#), let seconds = number(), take(#","stage":""#), let key = text(),
      let stage = StageKey(key), take("}}}")
    else { return nil }
    return .completed(
      job: job, attempt: attempt,
      result: StageResult(stage: stage, metrics: metrics, seconds: seconds))
  }

  private mutating func names() -> (JobID, Attempt)? {
    guard let attempt = integer(), take(#","job":"#), let job = integer() else { return nil }
    return (JobID(rawValue: Int64(job)), Attempt(rawValue: attempt))
  }

  /// With the brace that ends them.
  private mutating func metrics() -> [String: Double]? {
    var metrics: [String: Double] = [:]
    if take("}") { return metrics }
    repeat {
      guard take("\""), let name = text(), take(":"), let value = number(),
        metrics.updateValue(value, forKey: name) == nil
      else { return nil }
    } while take(",")
    return take("}") ? metrics : nil
  }

  private mutating func take(_ words: StaticString) -> Bool {
    let end = position + words.utf8CodeUnitCount
    guard end <= bytes.count, let base = bytes.baseAddress,
      memcmp(base + position, words.utf8Start, words.utf8CodeUnitCount) == 0
    else { return false }
    position = end
    return true
  }

  /// Plain letters up to a quotation mark, and that.
  private mutating func text() -> String? {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: bytes[start..<position - 1], as: UTF8.self)
      case UInt8(ascii: "\\"), 0..<0x20, 0x80...: return nil
      default: position += 1
      }
    }
    return nil
  }

  /// A whole number that is not negative, of at most 15 digits.
  private mutating func integer() -> Int? {
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
      guard position - start < 15 else { return nil }
      value = value * 10 + Int(digit)
      position += 1
    }
    let digits = position - start
    return digits == 0 || digits > 1 && bytes[start] == 0x30 ? nil : value
  }

  private mutating func number() -> Double? {
    let start = position
    if let whole = integer(), position < bytes.count,
      bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "}")
    {
      return Double(whole)
    }
    position = start
    while position < bytes.count, bytes[position] != UInt8(ascii: ","),
      bytes[position] != UInt8(ascii: "}")
    {
      position += 1
    }
    guard
      case .number(let value)? = JSONReader.value(
        of: UnsafeRawBufferPointer(rebasing: bytes[start..<position])), value.isFinite
    else { return nil }
    return value
  }
}
