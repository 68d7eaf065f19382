import Grid

/// The parameters of stages with those of everything that they are computed from.
struct WholeParameters {
  private let tree: StageTree
  /// By trajectory.
  private var known: [StageKey: ParameterAssignment] = [:]

  init(_ tree: StageTree) {
    self.tree = tree
  }

  mutating func parameters(of stage: Stage) -> ParameterAssignment {
    if let known = known[stage.trajectory] { return known }
    var parameters = stage.parameters
    for parent in stage.parents.compactMap({ tree.stage($0) }) {
      parameters.merge(self.parameters(of: parent)) { own, _ in own }
    }
    known[stage.trajectory] = parameters
    return parameters
  }
}
