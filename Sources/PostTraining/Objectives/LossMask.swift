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

  /// How many of a sample's tokens are left out at its start.
  var skipped: Int {
    switch self {
    case .all: 0
    case .skipFirst: 1
    }
  }
}
