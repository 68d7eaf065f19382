import GRDB
import Grid

extension JobTableReader {
  /// Hands over the accepted results of the jobs that the grid needs, by job and place in it.
  package func forEachTiming(in grid: String, _ body: (TimingRecord) throws -> Void) throws {
    try read { db in
      try db.forEach(
        """
        SELECT s.key, s.kind, s.step, t.job_id, t.attempt, t.seconds, t.completed_at
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
        WHERE g.grid_id = ? ORDER BY g.job_id, s.place
        """,
        .integer(try db.gridID(grid))
      ) { row in
        try body(
          TimingRecord(
            stage: try row.stageKey(0), kind: row.text(1), step: row.optionalInt(2),
            job: row.job(3), attempt: row.attempt(4), seconds: row.real(5),
            completedAt: row.real(6)))
      }
    }
  }

  /// What stages have cost so far in all grids, the latest first; of each kind at most `limit`.
  ///
  /// - Parameter cpu: the processor on which they were computed; results of which nothing is known, as
  ///   of external programs, count for every one. Results that were taken in from the journal of a
  ///   session that was killed have no times.
  /// - Complexity: O(answer).
  package func timedStages(on cpu: String, limit: Int) throws -> [TimedStage] {
    try read { db in
      var parameters: [Int64: ParameterAssignment] = [:]
      var timed: [TimedStage] = []
      for kind in try db.all("SELECT DISTINCT kind FROM stage", value: { $0.text(0) }) {
        let rows = try db.all(
          """
          SELECT s.id, s.version, s.step, t.seconds,
            (SELECT max(e.step) FROM stage e WHERE e.trajectory = s.trajectory AND e.step < s.step),
            (SELECT coalesce(sum(bytes), 0) FROM artifact a WHERE a.stage_id = s.id)
          FROM stage s JOIN result t ON t.stage_id = s.id
            JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
            LEFT JOIN environment e ON e.id = a.environment_id
          WHERE s.kind = ? AND coalesce(e.cpu, ?2) = ?2 AND t.seconds > 0 ORDER BY s.id DESC LIMIT ?
          """,
          .text(kind), .text(cpu), .integer(limit),
          value: { row in
            (
              id: row.integer(0), version: row.int(1), step: row.optionalInt(2),
              seconds: row.real(3), below: row.optionalInt(4), bytes: row.int(5)
            )
          })
        for row in rows {
          timed.append(
            TimedStage(
              kind: kind, version: row.version,
              parameters: try db.wholeParameters(of: row.id, &parameters),
              steps: row.step.map { $0 - (row.below ?? 0) } ?? 1, seconds: row.seconds,
              bytes: row.bytes))
        }
      }
      return timed
    }
  }

  /// Where the results that the grid needs come from; the place with most results first. Results of
  /// external programs, of whose surroundings nothing is known, are not counted.
  package func provenance(of grid: String) throws -> [ProvenanceRecord] {
    try read { db in
      try db.all(
        """
        SELECT e.version, e.cpu, e.blas, count(*)
        FROM grid_job g JOIN stage s ON s.job_id = g.job_id JOIN result t ON t.stage_id = s.id
          JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
          JOIN environment e ON e.id = a.environment_id
        WHERE g.grid_id = ? GROUP BY e.id ORDER BY count(*) DESC, e.id
        """,
        .integer(try db.gridID(grid)),
        value: { row in
          ProvenanceRecord(
            version: row.text(0), cpu: row.text(1), blas: row.text(2), results: row.int(3))
        })
    }
  }
}

extension Database {
  /// The parameters of a stage and of everything that it is computed from.
  fileprivate func wholeParameters(
    of stage: Int64, _ known: inout [Int64: ParameterAssignment]
  ) throws -> ParameterAssignment {
    if let known = known[stage] { return known }
    let text = try first(
      "SELECT p.text FROM stage s JOIN parameter_set p ON p.id = s.parameter_set_id WHERE s.id = ?",
      .integer(stage), value: { $0.text(0) })
    guard let members = text.flatMap(FlatJSON.object) else {
      throw RowDamage("the parameters of stage row \(stage) are not a JSON object")
    }
    var whole = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let parents = try all(
      "SELECT parent_id FROM stage_parent WHERE stage_id = ?", .integer(stage),
      value: { $0.integer(0) })
    for parent in parents {
      whole.merge(try wholeParameters(of: parent, &known)) { own, _ in own }
    }
    known[stage] = whole
    return whole
  }
}
