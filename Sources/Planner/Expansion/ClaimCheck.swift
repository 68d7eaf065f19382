import Grid

/// Holds the selections of claims against the runs of an expanded grid: each selects some, and these
/// differ only on axes that the claim speaks of.
struct ClaimCheck {
  private let specification: GridSpecification
  private let runs: [PlannedRun]

  init(_ specification: GridSpecification, runs: [PlannedRun]) {
    self.specification = specification
    self.runs = runs
  }

  struct Objection {
    /// Of the claim and of its selection: `of` in order, then `against`.
    let claim: Int
    let selection: Int
    let fault: GridFault
  }

  /// - Complexity: O(claims × runs).
  func objections() -> [Objection] {
    specification.claims.enumerated().flatMap { index, claim in
      claim.selections { selection in members(of: selection).contains { _ in true } }
        .enumerated().compactMap { place, selection in
          fault(of: selection, in: claim).map {
            Objection(claim: index, selection: place, fault: $0)
          }
        }
    }
  }

  private func members(
    of selection: ParameterAssignment
  ) -> some Sequence<PlannedRun> {
    let wanted = specification.axes.enumerated().compactMap { index, axis in
      selection[axis.name].map { (index, $0) }
    }
    return runs.lazy.filter { run in
      wanted.allSatisfy { run.axisValues[$0.0].isSame(as: $0.1) }
    }
  }

  private func fault(of selection: ParameterAssignment, in claim: Claim) -> GridFault? {
    let free = specification.axes.indices.filter { index in
      let name = specification.axes[index].name
      return selection[name] == nil && !claim.across.contains(name) && claim.over != name
    }
    var first: PlannedRun?
    for run in members(of: selection) {
      guard let first else {
        first = run
        continue
      }
      for axis in free where run.axisValues[axis] != first.axisValues[axis] {
        return .claimLeavesOpen(
          specification.axes[axis].name, values: values(on: axis, of: selection))
      }
    }
    return first == nil ? .claimOfNothing : nil
  }

  /// The values that the selected runs have on an axis, in the order of the runs.
  private func values(on axis: Int, of selection: ParameterAssignment) -> [String] {
    var seen: Set<String> = []
    return members(of: selection).map { $0.axisValues[axis].description }
      .filter { seen.insert($0).inserted }
  }
}
