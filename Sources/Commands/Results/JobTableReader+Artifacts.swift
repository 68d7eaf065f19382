import Artifacts
import Grid
import JobTable

extension JobTableReader {
  /// The stages that are done on record and have an artifact on record that is not in the store: `run`
  /// does them again, so `plan` counts them as not done.
  ///
  /// - Parameter grid: the grid whose jobs are looked at; `nil` for all.
  /// - Complexity: O(artifacts); none is read.
  func stagesWithoutArtifacts(in grid: String?, _ store: ArtifactStore) throws -> [StageKey] {
    var lost: [StageKey] = []
    try forEachArtifact(in: grid) { artifact in
      guard ArtifactName.isKind(artifact.kind), lost.last != artifact.stage else { return }
      if !store.contains(ArtifactName(key: artifact.stage.digest, kind: artifact.kind)) {
        lost.append(artifact.stage)
      }
    }
    return lost
  }
}
