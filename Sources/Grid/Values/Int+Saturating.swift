extension Int {
  /// The sum, or the largest number where it has no place: steps are whatever an axis says.
  ///
  /// - Precondition: neither is negative.
  package func addingSaturated(_ other: Int) -> Int {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? .max : sum
  }

  /// The same of the product.
  package func multipliedSaturated(by other: Int) -> Int {
    let (product, isTooLarge) = multipliedReportingOverflow(by: other)
    return isTooLarge ? .max : product
  }
}
