/// How fast work went, over the whole of a session, in a bounded number of equal spans of time.
struct RateHistory: Hashable {
  /// At most so many spans; when they are full, two become one.
  static let capacity = 128

  /// Seconds of one span.
  private(set) var span = 1.0
  /// What was completed in each span, the last one being under way.
  private var counts: [Int] = [0]
  private var last = 0

  /// - Parameters:
  ///   - elapsed: seconds since the session began.
  ///   - done: what is completed by now.
  mutating func observe(elapsed: Double, done: Int) {
    while elapsed >= span * Double(Self.capacity) {
      counts = stride(from: 0, to: counts.count, by: 2).map { index in
        counts[index] + (index + 1 < counts.count ? counts[index + 1] : 0)
      }
      span *= 2
    }
    let place = max(0, Int(elapsed / span))
    while counts.count <= place { counts.append(0) }
    counts[counts.count - 1] += max(0, done - last)
    last = max(last, done)
  }

  /// What was completed a second, in `width` spans of equal length up to the last one that is over, the
  /// latest last; fewer while there are no more.
  func rates(width: Int) -> [Double] {
    let whole = counts.dropLast()
    guard width > 0, !whole.isEmpty else { return [] }
    let step = max(1, (whole.count + width - 1) / width)
    return stride(
      from: whole.count % step == 0 ? 0 : whole.count % step - step, to: whole.count, by: step
    )
    .map { start in
      let members = whole[max(0, start)..<(start + step)]
      return Double(members.reduce(0, +)) / (span * Double(members.count))
    }
  }

  /// The highest rate of any span that is over.
  var peak: Double { Double(counts.dropLast().max() ?? 0) / span }
}
