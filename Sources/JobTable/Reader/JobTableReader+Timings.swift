import GRDB
import Grid

extension JobTableReader {
  /// Hands over the accepted results of the jobs that the grid needs, by job and place in it.
  package func forEachTiming(in grid: String, _ body: (TimingRecord) throws -> Void) throws {
    try read { db in
      // In the order of the index: to sort all stages by job and place would take the memory of all of
      // them.
      let rows = """
        SELECT s.key, s.kind, s.step, t.job_id, t.attempt, t.seconds, t.completed_at,
          a.environment_id, s.job_id
        FROM stage s INDEXED BY stage_by_job CROSS JOIN result t ON t.stage_id = s.id
          LEFT JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
        """
      func take(_ row: SQLRow) throws {
        try body(
          TimingRecord(
            stage: try row.stageKey(0), kind: row.text(1), step: row.optionalInt(2),
            job: row.job(3), attempt: row.attempt(4), seconds: row.real(5),
            completedAt: row.real(6), environment: row.optionalInt(7)))
      }
      let needed = try db.neededJobs(of: db.gridID(grid))
      let jobs = try db.first("SELECT count(*) FROM job", value: { $0.int(0) }) ?? 0
      if needed.count > jobs / 2 {
        // Most of the table: one walk over all of it.
        var place = 0
        try db.forEach(rows + " ORDER BY s.job_id, s.place") { row in
          while place < needed.count, needed[place] < row.integer(8) { place += 1 }
          if place < needed.count, needed[place] == row.integer(8) { try take(row) }
        }
      } else {
        let finder = try RowFinder(db, rows + " WHERE s.job_id = ? ORDER BY s.place")
        for job in needed { try finder.forEach(job, take) }
      }
    }
  }

  /// What stages have cost so far in all grids, the latest first; of each kind at most `limit`, and only
  /// of the latest `20 · limit` that are done: a table may have taken in any number from other machines.
  ///
  /// - Parameter cpu: the processor on which they were computed; results of which nothing is known, as
  ///   of external programs, count for every one. Results that were taken in from the journal of a
  ///   session that was killed have no times.
  /// - Complexity: O(limit) for each kind.
  package func timedStages(on cpu: String, limit: Int) throws -> [TimedStage] {
    try read { db in
      var parameters: [Int64: ParameterAssignment] = [:]
      var timed: [TimedStage] = []
      let kinds = try db.all(
        "SELECT DISTINCT kind FROM stage_tally WHERE done > 0", value: { $0.text(0) })
      for kind in kinds {
        // What is shown of a stage is looked up when it is among those that count.
        let rows = try db.all(
          """
          SELECT s.id, s.version, s.step, n.seconds,
            (SELECT max(e.step) FROM stage e
              WHERE e.trajectory_id = s.trajectory_id AND e.step < s.step),
            (SELECT coalesce(sum(bytes), 0) FROM artifact a WHERE a.stage_id = s.id)
          FROM (
            SELECT d.id, t.seconds
            FROM (
              SELECT id FROM stage INDEXED BY stage_done WHERE kind = ?1 AND state = 1
              ORDER BY id DESC LIMIT 20 * ?3) AS d
              CROSS JOIN result t ON t.stage_id = d.id
              CROSS JOIN attempt a ON a.job_id = t.job_id AND a.number = t.attempt
              LEFT JOIN environment e ON e.id = a.environment_id
            WHERE coalesce(e.cpu, ?2) = ?2 AND t.seconds > 0 ORDER BY d.id DESC LIMIT ?3) AS n
            CROSS JOIN stage s ON s.id = n.id
          ORDER BY s.id DESC
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

extension JobTableReader {
  /// Whether results of this table come from more than one place.
  package func hasSeveralPlaces() throws -> Bool {
    try read { db in
      // A place of which only attempts without results are known is none: a completed attempt has or had
      // some, of the few others it is looked up.
      try db.first(
        """
        SELECT count(*) > 1 FROM environment e WHERE EXISTS (
          SELECT 1 FROM attempt a WHERE a.environment_id = e.id AND (a.outcome = 'completed' OR EXISTS (
            SELECT 1 FROM stage s JOIN result t ON t.stage_id = s.id
            WHERE s.job_id = a.job_id AND t.job_id = a.job_id AND t.attempt = a.number)))
        """,
        value: { $0.int(0) == 1 }) ?? false
    }
  }

  /// The places with these numbers, those with most results first.
  ///
  /// - Parameter results: by the number of a place, how many results come from there.
  package func places(withResults results: [Int: Int]) throws -> [ProvenanceRecord] {
    try read { db in
      try results.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.compactMap { id, count in
        try db.first(
          "SELECT version, cpu, blas FROM environment WHERE id = ?", .integer(id),
          value: { row in
            ProvenanceRecord(
              version: row.text(0), cpu: row.text(1), blas: row.text(2), results: count)
          })
      }
    }
  }
}

extension Database {
  /// The jobs that the grid needs, in ascending order.
  func neededJobs(of grid: Int64) throws -> [Int64] {
    try all(
      """
      SELECT id FROM job WHERE grid_id = ?1
      UNION ALL SELECT job_id FROM further_job WHERE grid_id = ?1
      ORDER BY id
      """,
      .integer(grid), value: { $0.integer(0) })
  }

  /// The parameters of a stage and of everything that it is computed from.
  fileprivate func wholeParameters(
    of stage: Int64, _ known: inout [Int64: ParameterAssignment]
  ) throws -> ParameterAssignment {
    if let known = known[stage] { return known }
    let texts = try first(
      """
      SELECT p.text, b.text, s.own FROM stage s JOIN parameter_set p ON p.id = s.parameter_set_id
        LEFT JOIN parameter_set b ON b.id = p.base_id
      WHERE s.id = ?
      """,
      .integer(stage), value: { [$0.text(0), $0.optionalText(1), $0.optionalText(2)] })
    guard let texts, var whole = FlatJSON.parameters(texts) else {
      throw RowDamage("the parameters of stage row \(stage) are not a JSON object")
    }
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
