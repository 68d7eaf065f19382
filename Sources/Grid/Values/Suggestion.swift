/// Finds what a misspelt word was probably meant to be.
package enum Suggestion {
  /// The candidate nearest to `word`, if one is near enough to be meant; the earliest of equals.
  ///
  /// Near is: the same but for case and hyphens; a beginning of three letters or more; the initials
  /// (`lr` for `learning_rate`); or one edit for each three letters.
  ///
  /// - Complexity: O(candidates · length²).
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= 100 else { return nil }
    let wanted = plain(word)
    guard !wanted.isEmpty else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where candidate != word {
      let have = plain(candidate)
      let distance = distance(wanted, have)
      let limit = max(1, max(wanted.count, have.count) / 3)
      guard distance <= limit, distance < max(wanted.count, have.count) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    if let best { return best.candidate }
    if let longer = candidates.first(where: { plain($0).starts(with: wanted) }),
      wanted.count >= 3
    {
      return longer
    }
    return wanted.count >= 2 ? candidates.first { initials($0) == wanted } : nil
  }

  /// Edits that lead from one word to the other: a letter put in, taken out or replaced, or two
  /// neighbours swapped (optimal string alignment; Damerau 1964, Levenshtein 1966).
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var before = [Int](repeating: 0, count: right.count + 1)
    var row = Array(0...right.count)
    for i in 1...left.count {
      var next = [Int](repeating: i, count: right.count + 1)
      for j in 1...right.count {
        let substitution = row[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
        next[j] = min(row[j] + 1, next[j - 1] + 1, substitution)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          next[j] = min(next[j], before[j - 2] + 1)
        }
      }
      before = row
      row = next
    }
    return row[right.count]
  }

  private static func plain(_ word: String) -> [UInt8] {
    word.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
  }

  private static func initials(_ word: String) -> [UInt8] {
    plain(word).split(separator: UInt8(ascii: "_")).compactMap(\.first)
  }
}
