import Grid

extension ClaimVerdict {
  /// The runs that claims look at, so that no more than theirs need to be read problem by problem.
  ///
  /// - Complexity: O(claims × runs).
  package static func runs(of claims: [Claim], in table: RunTable) -> Set<Int> {
    claims.reduce(into: []) { runs, claim in
      if let selection = try? ClaimSelection(claim, in: table) {
        runs.formUnion(selection.runs.joined())
      }
    }
  }
}
