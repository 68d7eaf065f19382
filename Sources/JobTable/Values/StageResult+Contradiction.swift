import Grid

extension StageResult {
  /// What this result of a stage and another one of the same stage disagree on; `nil` when they do not.
  /// An artifact that only one of them kept is no disagreement.
  package func contradiction(to recorded: StageResult) -> Contradiction? {
    let names = Set(metrics.keys).union(recorded.metrics.keys).sorted()
    for name in names where metrics[name] != recorded.metrics[name] {
      return .metric(name, recorded: recorded.metrics[name], reported: metrics[name])
    }
    for artifact in artifacts {
      guard let other = recorded.artifacts.first(where: { $0.kind == artifact.kind }),
        other.sha256 != artifact.sha256
      else { continue }
      return .artifact(kind: artifact.kind, recorded: other.sha256, reported: artifact.sha256)
    }
    return nil
  }
}
