@testable import LanguageModel
