import Grid

/// How much work stages are, by what the plan itself says: the same on every machine.
struct StageWeight {
  private let tree: StageTree
  private let program: ProgramDescription
  private var whole: WholeParameters
  /// By the state that a stage is or looks at, without its step.
  private var sizes: [StageKey: Int] = [:]

  init(_ tree: StageTree, _ program: ProgramDescription) {
    self.tree = tree
    self.program = program
    whole = WholeParameters(tree)
  }

  /// The steps from the state below, or 1, times the size of the model in bytes where the program tells
  /// it; at most the largest number.
  mutating func ofStage(at index: Int) -> Int {
    let below = tree.stateBelow(at: index).flatMap { tree.stages.step(at: $0) } ?? 0
    let steps = tree.stages.step(at: index).map { max(1, $0 - below) } ?? 1
    return program.footprint == nil
      ? steps : steps.multipliedSaturated(by: size(ofStageAt: index))
  }

  private mutating func size(ofStageAt index: Int) -> Int {
    let isState = tree.product(at: index)?.leavesState ?? false
    let state = (0..<tree.stages.parentCount(at: index)).lazy
      .compactMap { [tree] in tree.stages.parent($0, at: index) }
      .first { [tree] in tree.product(at: $0)?.leavesState ?? false }
    if !isState, let state { return size(ofStageAt: state) }
    let stage = tree.stages[index]
    if let known = sizes[stage.trajectory] { return known }
    let size = max(1, program.footprint?.disk(stage.kind, whole.parameters(of: stage)) ?? 1)
    sizes[stage.trajectory] = size
    return size
  }
}
