import Foundation

/// Which Espalier this is. `tools/espalier` hands on the commit that it built.
enum BuildVersion {
  static let number = "0.1.0"

  /// The commit of the checkout it was built from, with `-dirty` where that had changes.
  static var commit: String? { ProcessInfo.processInfo.environment["ESPALIER_BUILD"] }

  static var text: String { commit.map { "\(number) (\($0))" } ?? number }
}
