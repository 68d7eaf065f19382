import Grid

/// The parameters of stages with those of everything that they are computed from.
struct WholeParameters {
  private let tree: StageTree
  /// By trajectory, of what others are computed from: of leaves there may be a million.
  private var known: [StageKey: ParameterAssignment] = [:]

  init(_ tree: StageTree) {
    self.tree = tree
  }

  mutating func parameters(of stage: Stage) -> ParameterAssignment {
    if let known = known[stage.trajectory] { return known }
    var parameters = stage.parameters
    for parent in stage.parents.compactMap({ tree.stage($0) }) {
      let whole = self.parameters(of: parent)
      known[parent.trajectory] = whole
      parameters.merge(whole) { own, _ in own }
    }
    if stage.step != nil { known[stage.trajectory] = parameters }
    return parameters
  }
}
