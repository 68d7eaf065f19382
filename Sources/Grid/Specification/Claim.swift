/// Something that a grid states beforehand, and that its report answers.
///
/// A claim takes the runs of one or more *selections*, averages them over its *replicates* and holds
/// a statistic of them against what it expects.
package struct Claim: Hashable, Sendable, Codable {
  /// Names the claim in tables; letters, digits, `_` and `-`.
  package var id: String
  /// The claim in words.
  package var says: String?
  package var test: Test
  package var metric: String
  /// The other metric of a correlation.
  package var partner: String?
  /// The selections, by axis. One but for `order`, which has one for each rank, the highest first.
  package var of: [ParameterAssignment]
  /// What `of` is compared with, for tests that compare two selections.
  package var against: ParameterAssignment?
  /// The axis along which a curve is looked at.
  package var over: String?
  /// The axes whose values are the replicates. Each is a source of uncertainty of its own.
  package var across: [String]
  package var expectation: Expectation

  package init(
    id: String, says: String? = nil, test: Test, metric: String, partner: String? = nil,
    of: [ParameterAssignment] = [[:]], against: ParameterAssignment? = nil, over: String? = nil,
    across: [String], expectation: Expectation
  ) {
    self.id = id
    self.says = says
    self.test = test
    self.metric = metric
    self.partner = partner
    self.of = of
    self.against = against
    self.over = over
    self.across = across
    self.expectation = expectation
  }

  /// The selections whose runs the claim looks at: those of `of`, then `against`.
  ///
  /// What a later selection does not name it has from the first one, where the grid has such runs:
  /// `of: {method: em, step: 10}` against `{method: none}` compares step 10 with step 10. Where it
  /// has none (the method without training has no steps), the later one stands alone.
  ///
  /// - Parameter exists: whether the grid has runs with these values.
  package func selections(
    where exists: (ParameterAssignment) -> Bool
  ) -> [ParameterAssignment] {
    guard let first = of.first else { return [] }
    let later = of.dropFirst() + [against].compactMap(\.self)
    return [first]
      + later.map { selection in
        let whole = first.merging(selection) { $1 }
        return exists(whole) ? whole : selection
      }
  }
}
