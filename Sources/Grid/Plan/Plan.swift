import Keys

/// A grid, expanded.
package struct Plan: Sendable {
  package let specification: GridSpecification
  /// SHA-256 of the canonical specification and of the program's description: an unchanged grid has
  /// an unchanged hash and need not be planned again.
  package let hash: Digest
  /// The runs in the order of expansion.
  package let runs: RunList
  /// Every stage that the runs need, each once, parents before children.
  package let stages: StageList
  /// What sharing saves, by kind in the order of the walk.
  package let sharing: [StageSharing]

  package init(
    specification: GridSpecification, hash: Digest, runs: RunList, stages: StageList,
    sharing: [StageSharing]
  ) {
    self.specification = specification
    self.hash = hash
    self.runs = runs
    self.stages = stages
    self.sharing = sharing
  }

  /// A plan that was not expanded from a specification.
  package init(
    specification: GridSpecification, hash: Digest, runs: some Sequence<PlannedRun>,
    stages: some Sequence<Stage>
  ) {
    let stages = StageList(stages)
    self.init(
      specification: specification, hash: hash, runs: RunList(runs, stages: stages),
      stages: stages, sharing: [])
  }
}
