import Grid

/// A column of axis values while it is read: each distinct text once, and for every row its code.
struct AxisColumn {
  /// The codes of the rows, in the order of the texts' appearance.
  private(set) var codes: [Int32] = []
  /// The distinct texts, one after the other.
  private var texts: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: the hash's upper half and, plus one, the code.
  private var slots = [UInt64](repeating: 0, count: 64)

  /// Adds a row.
  ///
  /// - Complexity: O(bytes of the field), amortised.
  mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
    // Rows that stand beside each other share most of their values.
    if let last = codes.last, isText(last, field) {
      codes.append(last)
      return
    }
    let hash = Self.hash(field)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int32(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == hash >> 32, isText(code, field) {
        codes.append(code)
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = Int32(ends.count)
    texts.append(contentsOf: field)
    ends.append(texts.count)
    slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(code + 1)
    codes.append(code)
    if 2 * ends.count > slots.count { grow() }
  }

  /// The distinct values with the codes of the rows: texts that stand for one value (`1`, `1.0`)
  /// share its code; where all are numbers they are in ascending order, else in that of appearance.
  ///
  /// - Complexity: O(rows + values log values).
  consuming func finished() -> (values: [ParameterValue], codes: [Int32]) {
    var values: [ParameterValue] = []
    var codeOfValue: [ParameterValue: Int32] = [:]
    var newCodes = ends.indices.map { code in
      let value = ParameterValue(
        cellText: String(decoding: texts[start(of: code)..<ends[code]], as: UTF8.self))
      if let known = codeOfValue[value] { return known }
      let next = Int32(values.count)
      codeOfValue[value] = next
      values.append(value)
      return next
    }
    let numbers = values.compactMap(\.double)
    if numbers.count == values.count {
      let order = values.indices.sorted { numbers[$0] < numbers[$1] }
      var place = [Int32](repeating: 0, count: order.count)
      for (new, old) in order.enumerated() { place[old] = Int32(new) }
      values = order.map { values[$0] }
      newCodes = newCodes.map { place[Int($0)] }
    }
    let isSame = newCodes.enumerated().allSatisfy { $0.offset == Int($0.element) }
    if !isSame {
      codes.withUnsafeMutableBufferPointer { codes in
        for row in codes.indices { codes[row] = newCodes[Int(codes[row])] }
      }
    }
    return (values, codes)
  }

  private func start(of code: Int) -> Int { code == 0 ? 0 : ends[code - 1] }

  private func isText(_ code: Int32, _ field: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = start(of: Int(code))
    guard ends[Int(code)] - start == field.count else { return false }
    return texts.withUnsafeBufferPointer { texts in
      for index in 0..<field.count where texts[start + index] != field[index] { return false }
      return true
    }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    texts.withUnsafeBufferPointer { texts in
      for code in ends.indices {
        let hash = Self.hash(
          UnsafeBufferPointer(rebasing: texts[start(of: code)..<ends[code]]))
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(code + 1)
      }
    }
  }

  /// Mixes eight bytes at a time by multiplication, keeping both halves of the product.
  private static func hash(_ field: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(field.count)
    var index = 0
    while index < field.count {
      var word: UInt64 = 0
      for offset in 0..<min(8, field.count - index) {
        word |= UInt64(field[index + offset]) << UInt64(8 * offset)
      }
      let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
      hash = product.high ^ product.low
      index += 8
    }
    return hash
  }
}
