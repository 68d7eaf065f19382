/// Which generated tokens count in a loss. A token's term is that of the distribution it was drawn
/// from, so a term belongs to the position before the token.
package enum LossMask: String, CaseIterable, Codable, Sendable {
  /// Every generated token, the stop token included.
  case all
  /// All but the first one. The paper's released code does this: it applies the mask of the
  /// generated *tokens* to the rows of logits, which are one ahead. (There the row after the last
  /// token of a sample that the length limit cut off counts too; that row predicts nothing that
  /// was sampled, and is left out here.)
  case skipFirst = "skip_first"
  /// The last ones of each sample: the entropy of late tokens follows accuracy best (RENT, arXiv
  /// 2505.22660).
  case late
}

/// A mask with what it needs.
struct CountedTokens: Hashable, Sendable {
  var mask = LossMask.all
  /// The share of a sample's tokens that the mask `late` counts, rounded up to whole tokens.
  var lateFraction = 0.25

  /// How many tokens are left out at the start of a sample of `length` tokens.
  func skipped(of length: Int) -> Int {
    switch mask {
    case .all: 0
    case .skipFirst: min(1, length)
    case .late:
      // A product such as 0.1 · 30, a rounding above 3, counts 3 tokens.
      length - min(length, Int((lateFraction * Double(length) - 1e-9).rounded(.up)))
    }
  }
}
