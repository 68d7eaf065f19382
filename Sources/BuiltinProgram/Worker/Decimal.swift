import Foundation

/// A number for people, with four significant digits.
func decimal(_ value: Double) -> String {
  String(format: "%.4g", value)
}
