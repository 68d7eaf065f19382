import LanguageModel

/// A model that can be trained from scratch, as the models command shows it.
package struct ModelListing: Hashable, Sendable {
  package let name: String
  package let about: String
  package let parameters: Int
  package let configuration: ModelConfiguration
}

extension BuiltinProgram {
  /// The models that `model` may name, smallest first.
  package static var models: [ModelListing] {
    BuiltinModel.allCases.map {
      ModelListing(
        name: $0.rawValue, about: $0.about, parameters: $0.configuration.parameterCount,
        configuration: $0.configuration)
    }
  }
}
