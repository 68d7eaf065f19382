/// Numbers with their noun.
enum CountText {
  /// `1 run`, `2 runs`, `0 runs`.
  static func of(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
