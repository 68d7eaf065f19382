/// Amounts of memory as people read them.
enum ByteText {
  /// `640 B`, `1.5 KiB`, `12 MiB`, `3.2 GiB`.
  static func short(_ bytes: Int) -> String {
    var value = Double(bytes)
    var unit = "B"
    for next in ["KiB", "MiB", "GiB", "TiB"] {
      guard value >= 1024 else { break }
      value /= 1024
      unit = next
    }
    let tenths = Int((value * 10).rounded())
    return value < 10 && unit != "B" && !tenths.isMultiple(of: 10)
      ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
  }
}
