import Keys

extension ExternalProgram {
  /// The kind of the stages of external programs.
  package static let stageKind = "external"

  /// What of the program decides a stage's result, so that a changed command is a changed key. The
  /// names begin with `@`, which no parameter's name does.
  ///
  /// The prefix is among them because with it one process reports several results.
  package var decidingParameters: ParameterAssignment {
    var deciding: ParameterAssignment = [:]
    switch invocation {
    case .command(let words):
      deciding["@command"] = .string(CanonicalJSON.array(words.map { .string($0) }).text)
    case .shell(let script):
      deciding["@shell"] = .string(script)
    }
    if let prefix { deciding["@prefix"] = .string(prefix) }
    if !environment.isEmpty {
      deciding["@environment"] = .string(
        CanonicalJSON.object(environment.mapValues { .string($0) }).text)
    }
    return deciding
  }
}

extension ProgramDescription {
  /// The description of a user's program: the parameters are those that the grid names, of any type
  /// and without a default; each run is a stage of its own, or with a prefix axis a state of its
  /// trajectory.
  package init(external program: ExternalProgram, parameters: [String]) {
    self.init(
      name: ExternalProgram.stageKind,
      parameters: parameters.map {
        ParameterDescription(name: $0, type: .any, defaultValue: nil, about: "")
      },
      stages: [
        StageRule(
          kind: ExternalProgram.stageKind, version: 1, parents: [],
          parameters: parameters.filter { $0 != program.prefix },
          product: .process(prefix: program.prefix), constants: program.decidingParameters)
      ])
  }
}
