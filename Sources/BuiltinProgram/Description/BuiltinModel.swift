import LanguageModel
import Problems

/// The models that can be trained from scratch.
package enum BuiltinModel: String, CaseIterable, Sendable {
  /// Trains in seconds and learns little more than the form of an answer: for tests.
  case tiny
  /// Model S of the study that the settings come from.
  case small
  /// Model M of that study.
  case medium
  /// About a million parameters.
  case large

  /// The shape with the vocabulary of arithmetic.
  package var configuration: ModelConfiguration { configuration(for: .arithmetic) }

  /// The shape with the vocabulary of a domain.
  package func configuration(for domain: Domain) -> ModelConfiguration {
    func llama(width: Int, layers: Int, heads: Int, feedForwardWidth: Int) -> ModelConfiguration {
      ModelConfiguration(
        vocabularySize: domain.vocabulary.count, width: width, layers: layers, heads: heads,
        keyValueHeads: heads, feedForwardWidth: feedForwardWidth)
    }
    return switch self {
    case .tiny: llama(width: 32, layers: 1, heads: 2, feedForwardWidth: 96)
    case .small: llama(width: 48, layers: 2, heads: 3, feedForwardWidth: 128)
    case .medium: llama(width: 64, layers: 3, heads: 4, feedForwardWidth: 176)
    case .large: llama(width: 128, layers: 5, heads: 8, feedForwardWidth: 352)
    }
  }

  /// One sentence for listings.
  package var about: String {
    switch self {
    case .tiny: "trains in seconds and learns little more than the form of an answer: for tests"
    case .small: "solves the easier kinds when it writes its steps; trains in about a minute"
    case .medium: "solves most problems when it writes its steps; trains in some minutes"
    case .large: "about a million parameters; trains in about ten minutes"
    }
  }
}
