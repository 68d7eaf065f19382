import Artifacts
import CShims
import Grid

extension JobRunner {
  private func name(_ kind: ArtifactKind, _ stage: Stage) -> ArtifactName {
    ArtifactName(key: stage.key.digest, kind: kind.rawValue)
  }

  /// Stores an artifact of a stage.
  func put(_ bytes: [UInt8], _ kind: ArtifactKind, of stage: Stage) throws -> ArtifactReference {
    let stored = try store.put(bytes, as: name(kind, stage))
    espalier_fault_pass(ESPALIER_FAULT_ARTIFACT)
    return ArtifactReference(
      stage: stage.key, kind: kind.rawValue, sha256: stored.content.hex, bytes: stored.bytes)
  }

  /// Reads an artifact that must be there.
  ///
  /// - Throws: `StageError.artifactLost` where it is missing or damaged.
  func get(_ kind: ArtifactKind, of stage: Stage) throws -> [UInt8] {
    do {
      return try store.get(name(kind, stage))
    } catch .unreadable(let error) {
      throw error
    } catch {
      throw StageError.artifactLost(stage: stage.key, reason: "\(error)")
    }
  }

  /// Turns the bytes of an artifact into what they mean; bytes that mean nothing are a damaged
  /// artifact.
  func open<Value>(
    _ kind: ArtifactKind, of stage: Stage, _ read: ([UInt8]) throws -> Value
  ) throws -> Value {
    let bytes = try get(kind, of: stage)
    do {
      return try read(bytes)
    } catch {
      throw StageError.artifactLost(
        stage: stage.key, reason: "its \(kind.rawValue) cannot be used: \(error)")
    }
  }

  /// Whether a stage has left an artifact of this kind, damaged or not.
  func has(_ kind: ArtifactKind, of stage: Stage) -> Bool {
    store.contains(name(kind, stage))
  }

  // MARK: Checkpoints

  // A checkpoint belongs to a stage, or to the whole of a trajectory: it is a state somewhere on its
  // way, and good for every order that goes further. It is only ever a shorter way to the same bits,
  // so one that is missing, damaged or of another worker does no harm.

  /// Goes on from the last checkpoint of a stage or trajectory.
  ///
  /// - Parameter open: makes of the checkpoint's state what the stage goes on with; `nil` where that is
  ///   not possible or of no use.
  /// - Returns: what `open` made; `nil` also where there is no checkpoint that can be read.
  func resume<Value>(
    _ key: StageKey, _ open: ([UInt8]) throws -> Value?
  ) rethrows -> Value? {
    guard store.contains(checkpointName(key)) else { return nil }
    checkpointed.insert(key)
    guard var state = try? store.get(checkpointName(key)) else { return nil }
    let note = CheckpointNote.remove(from: &state)
    guard let value = try open(state) else { return nil }
    if let note { time?.goOn(from: note, of: key) }
    return value
  }

  /// Saves the state of the stage at work, or of its trajectory.
  func saveCheckpoint(_ state: consuming [UInt8], of key: StageKey) throws {
    guard let note = time?.note(of: key, at: now()) else {
      preconditionFailure("no stage is at work")
    }
    note.append(to: &state)
    checkpointed.insert(key)
    try store.put(state, as: checkpointName(key))
  }

  /// Removes a checkpoint if the present order has written or met it.
  func removeCheckpoint(of key: StageKey) throws {
    if checkpointed.remove(key) != nil { try store.remove(checkpointName(key)) }
  }

  private func checkpointName(_ key: StageKey) -> ArtifactName {
    ArtifactName(key: key.digest, kind: ArtifactKind.checkpoint.rawValue)
  }
}
