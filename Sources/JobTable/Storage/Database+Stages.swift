import GRDB
import Grid
import Keys

/// A stage with its row's number.
struct StageRow {
  let id: Int64
  let stage: Stage
  let state: StageState
  let job: JobID
}

extension Database {
  /// The stages of these rows, each held against its key: a stage that does not hash to its own key is
  /// damage.
  func stages(_ ids: some Sequence<Int64>) throws -> [StageRow] {
    try ids.map { id in
      let row = try first(
        """
        SELECT s.key, s.kind, s.version, s.step, s.state, s.job_id, p.text, b.text, s.own,
          s.trajectory_id IS NOT NULL OR s.parent_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM own_parent WHERE stage_id = s.id)
        FROM stage s JOIN parameter_set p ON p.id = s.parameter_set_id
          LEFT JOIN parameter_set b ON b.id = p.base_id
        WHERE s.id = ?
        """,
        .integer(id),
        value: { row in
          (
            key: try row.stageKey(0), kind: row.text(1), version: row.int(2),
            step: row.optionalInt(3), state: try row.stageState(4), job: row.job(5),
            parameters: [row.text(6), row.optionalText(7), row.optionalText(8)],
            hasParents: row.int(9) == 1
          )
        })
      guard let row else { throw RowDamage("stage \(id) is missing") }
      guard let parameters = FlatJSON.parameters(row.parameters) else {
        throw RowDamage("the parameters of stage \(row.key.short) are not a JSON object")
      }
      let stage = Stage(
        kind: row.kind, version: row.version,
        parameters: parameters, parents: row.hasParents ? try parents(of: id) : [], step: row.step)
      guard stage.key == row.key else {
        throw RowDamage("the stage with key \(row.key.short) has another content than its key says")
      }
      return StageRow(id: id, stage: stage, state: row.state, job: row.job)
    }
  }

  private func parents(of stage: Int64) throws -> [StageKey] {
    try all(
      """
      SELECT s.key FROM stage_parent AS p JOIN stage AS s ON s.id = p.parent_id
      WHERE p.stage_id = ? ORDER BY p.position
      """,
      .integer(stage), value: { try $0.stageKey(0) })
  }

  /// Every stage that these stand on, without themselves: their ancestors, and of the trajectories met
  /// on the way the states that lie before and are done. Parents come before children and the states of
  /// a trajectory in the order of their steps.
  ///
  /// - Complexity: O(size of the answer · log(size of the table)).
  func foundation(of stages: [Int64]) throws -> [Int64] {
    let own = Set(stages)
    var found: Set<Int64> = []
    var pending = stages
    while let stage = pending.popLast() {
      let before = try all(
        "SELECT parent_id FROM stage_parent WHERE stage_id = ?", .integer(stage),
        value: { $0.integer(0) })
      let earlier = try all(
        """
        SELECT e.id FROM stage s
          JOIN stage e ON e.trajectory_id = s.trajectory_id AND e.step < s.step
        WHERE s.id = ? AND e.state = 1
        """,
        .integer(stage), value: { $0.integer(0) })
      for candidate in before + earlier where !own.contains(candidate) {
        if found.insert(candidate).inserted { pending.append(candidate) }
      }
    }
    return try inOrder(found)
  }

  /// Sorts stages so that parents stand before children. Rows are numbered that way, but a lower state
  /// of a trajectory may be younger than a higher one: the states of one trajectory, which share
  /// their parents, stand together where the oldest of them stands.
  private func inOrder(_ stages: Set<Int64>) throws -> [Int64] {
    struct Place {
      let id: Int64
      let trajectory: Int64?
      let step: Int
    }
    let places = try stages.sorted().map { id in
      try first(
        "SELECT trajectory_id, step FROM stage WHERE id = ?", .integer(id),
        value: { row in
          Place(
            id: id, trajectory: row.isNull(0) ? nil : row.integer(0),
            step: row.optionalInt(1) ?? 0)
        }) ?? Place(id: id, trajectory: nil, step: 0)
    }
    var oldest: [Int64: Int64] = [:]
    for place in places {
      if let trajectory = place.trajectory, oldest[trajectory] == nil {
        oldest[trajectory] = place.id
      }
    }
    func rank(_ place: Place) -> (Int64, Int) {
      (place.trajectory.flatMap { oldest[$0] } ?? place.id, place.step)
    }
    return places.sorted { rank($0) < rank($1) }.map(\.id)
  }

  /// The result of a done stage with its artifacts.
  ///
  /// - Throws: `RowDamage` when it is missing or not what was recorded.
  func result(of stage: Int64, key: StageKey) throws -> StageResult {
    let row = try first(
      "SELECT metrics, seconds, checksum FROM result WHERE stage_id = ?", .integer(stage),
      value: { row in
        (
          text: row.text(0), metrics: try row.metrics(0), seconds: row.real(1),
          checksum: row.integer(2)
        )
      })
    guard let row else { throw RowDamage("the stage \(key.short) is done and has no result") }
    guard row.checksum == Checksum.result(of: key, metrics: row.text) else {
      throw RowDamage("the result of stage \(key.short) is not what was recorded")
    }
    let artifacts = try all(
      "SELECT kind, sha256, bytes FROM artifact WHERE stage_id = ? ORDER BY kind", .integer(stage),
      value: { row in
        ArtifactReference(
          stage: key, kind: row.text(0), sha256: row.digest(1)?.hex ?? "", bytes: row.int(2))
      })
    return StageResult(
      stage: key, metrics: row.metrics, artifacts: artifacts, seconds: row.seconds)
  }
}
