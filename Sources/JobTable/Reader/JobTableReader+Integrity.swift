import GRDB
import Grid
import Keys

extension JobTableReader {
  /// - Throws: `JobTableError.damaged` where a page is not what it must be.
  /// - Complexity: O(size of the table).
  package func checkPages() throws {
    try read { db in try TableFile.checkAllPages(db, path: path) }
  }

  /// Checks every invariant of the table and says which do not hold; empty when all is well.
  ///
  /// - Parameter isOwned: whether an owner is at work, so that attempts may be running.
  /// - Complexity: O(size of the table); every stage, run and result is hashed again.
  package func integrity(isOwned: Bool) throws -> [IntegrityFinding] {
    try read { db in
      let pages = try db.pageFindings()
      guard pages.isEmpty else { return pages }
      var findings = try db.referenceFindings()
      findings += try db.lookupFindings()
      findings += try db.resultFindings()
      findings += try db.stageFindings()
      findings += try db.runFindings()
      findings += try db.jobFindings()
      findings += try db.attemptFindings(isOwned: isOwned)
      findings += try db.neededJobFindings()
      findings += try db.circleFindings()
      findings += try db.parentFindings()
      findings += try db.tallyFindings()
      return findings
    }
  }
}

extension Database {
  fileprivate func pageFindings() throws -> [IntegrityFinding] {
    try all("PRAGMA integrity_check", value: { $0.text(0) })
      .filter { $0 != "ok" }.map { .pages($0) }
  }

  fileprivate func referenceFindings() throws -> [IntegrityFinding] {
    try all(
      "PRAGMA foreign_key_check",
      value: { row in
        .reference(
          table: row.text(0), row: row.isNull(1) ? nil : row.integer(1), to: row.text(2))
      })
      + all(
        """
        SELECT id FROM stage
        WHERE run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = stage.run_id)
        """,
        value: { .reference(table: "stage", row: $0.integer(0), to: "run") })
  }

  fileprivate func lookupFindings() throws -> [IntegrityFinding] {
    try all(
      """
      SELECT s.id FROM stage AS s LEFT JOIN stage_key AS k ON k.key = s.key
      WHERE k.stage_id IS NOT s.id
      UNION SELECT k.stage_id FROM stage_key AS k JOIN stage AS s ON s.id = k.stage_id
      WHERE s.key <> k.key
      """,
      value: { .lookup(table: "stage", row: $0.integer(0)) })
      + all(
        """
        SELECT t.id FROM trajectory AS t LEFT JOIN trajectory_key AS k ON k.key = t.key
        WHERE k.trajectory_id IS NOT t.id
        UNION SELECT k.trajectory_id FROM trajectory_key AS k JOIN trajectory AS t
          ON t.id = k.trajectory_id WHERE t.key <> k.key
        """,
        value: { .lookup(table: "trajectory", row: $0.integer(0)) })
      + all(
        """
        SELECT r.id FROM run AS r LEFT JOIN run_key AS k ON k.run = r.run AND k.grid_id = r.grid_id
        WHERE k.run_id IS NOT r.id
        UNION SELECT k.run_id FROM run_key AS k JOIN run AS r ON r.id = k.run_id
        WHERE r.run <> k.run OR r.grid_id <> k.grid_id
        """,
        value: { .lookup(table: "run", row: $0.integer(0)) })
  }

  fileprivate func resultFindings() throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    try forEach(
      """
      SELECT s.key, s.state, t.metrics, t.checksum
      FROM stage s LEFT JOIN result t ON t.stage_id = s.id
      WHERE s.state = 1 OR t.stage_id IS NOT NULL ORDER BY s.id
      """
    ) { row in
      let key = try row.stageKey(0)
      if row.isNull(2) {
        findings.append(.doneWithoutResult(key))
      } else if row.int(1) != StageState.done.rawValue {
        findings.append(.resultOfUndone(key))
      } else if row.integer(3) != Checksum.result(of: key, metrics: row.text(2)) {
        findings.append(.result(key))
      }
    }
    return findings
  }

  fileprivate func stageFindings() throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    for id in try all("SELECT id FROM stage ORDER BY id", value: { $0.integer(0) }) {
      do {
        _ = try stages([id])
      } catch let damage as RowDamage {
        findings.append(.stage(row: id, detail: damage.detail))
      }
    }
    return findings
  }

  fileprivate func runFindings() throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    try forEach(
      """
      SELECT g.name, g.runs, count(r.position), coalesce(max(r.position), -1)
      FROM grid g LEFT JOIN run r ON r.grid_id = g.id GROUP BY g.id
      HAVING count(r.position) <> g.runs OR coalesce(max(r.position), -1) <> g.runs - 1
      """
    ) { row in
      findings.append(
        .positions(
          grid: row.text(0), expected: row.int(1), found: row.int(2), last: row.int(3)))
    }
    let key = try RowFinder(self, "SELECT key FROM stage WHERE id = ?")
    try forEach(
      """
      SELECT r.id, g.name, r.run, r.axis_values, f.parameters, r.checksum, f.columns, r.own, r.stages
      FROM run r JOIN grid g ON g.id = r.grid_id JOIN run_frame f ON f.id = r.frame_id
      ORDER BY r.id
      """
    ) { row in
      let run = row.text(2)
      var stages: [StageKey] = []
      try row.withText(8) { text in
        try RunStages.forEach(in: text) { id in
          stages.append(try key.row(id) { try $0.stageKey(0) } ?? StageKey(Digest(of: "")))
        }
      }
      let parameters = try RunParameters.text(
        frame: row.text(4), columns: row.text(6), axisValues: row.text(3),
        own: row.optionalText(7))
      if RunID(digest: Digest(of: parameters)).text != run {
        findings.append(
          .run(grid: row.text(1), run: run, detail: "its parameters have another id"))
      }
      if row.integer(5) != Checksum.run(run, axisValues: row.text(3), stages: stages) {
        findings.append(
          .run(
            grid: row.text(1), run: run,
            detail: "its axis values or its stages are not what was recorded"))
      }
    }
    return findings
  }

  fileprivate func jobFindings() throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    try forEach(
      """
      SELECT j.id, j.state, coalesce(sum(s.state = 0), 0), coalesce(sum(s.state = 1), 0),
        coalesce(sum(s.state = 2), 0)
      FROM job j LEFT JOIN stage s ON s.job_id = j.id GROUP BY j.id ORDER BY j.id
      """
    ) { row in
      let (state, open, done, failed) = (try row.stageState(1), row.int(2), row.int(3), row.int(4))
      let fits =
        switch state {
        case .open: open > 0 && failed == 0
        case .done: open == 0 && done > 0 && failed == 0
        case .failed: open == 0 && failed > 0
        }
      if !fits {
        findings.append(.job(row.job(0), state: state, open: open, done: done, failed: failed))
      }
    }
    return findings
  }

  fileprivate func attemptFindings(isOwned: Bool) throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = try all(
      """
      SELECT job_id, count(*), max(number) FROM attempt GROUP BY job_id
      HAVING max(number) <> count(*)
      """,
      value: { .attempts($0.job(0), count: $0.int(1), last: $0.int(2)) })
    if !isOwned {
      findings += try all(
        "SELECT job_id, number FROM attempt WHERE outcome IS NULL ORDER BY job_id",
        value: { .abandonedAttempt($0.job(0), $0.attempt(1)) })
    }
    return findings
  }

  fileprivate func neededJobFindings() throws -> [IntegrityFinding] {
    try all("SELECT id, name FROM grid ORDER BY id", value: { ($0.integer(0), $0.text(1)) })
      .flatMap { grid, name in
        try all(
          """
          WITH RECURSIVE
            needed_stage (id) AS (
              SELECT e.value FROM run JOIN json_each(run.stages) AS e
              WHERE grid_id = ?1 AND run.position IS NOT NULL
              UNION
              SELECT stage.parent_id FROM needed_stage JOIN stage ON stage.id = needed_stage.id
              WHERE stage.parent_id IS NOT NULL
              UNION
              SELECT parent_id FROM needed_stage JOIN own_parent ON stage_id = needed_stage.id
              UNION
              SELECT trajectory_parent.parent_id FROM needed_stage JOIN stage ON stage.id = needed_stage.id
                JOIN trajectory_parent USING (trajectory_id)),
            needed_job (id) AS (
              SELECT job_id FROM needed_stage JOIN stage ON stage.id = needed_stage.id
              UNION
              SELECT requires_id FROM job_dependency JOIN needed_job ON job_id = needed_job.id)
          SELECT id FROM needed_job
          EXCEPT SELECT job_id FROM grid_job WHERE grid_id = ?1
          ORDER BY id
          """,
          .integer(grid), value: { .neededJob(grid: name, $0.job(0)) })
      }
  }

  /// Takes away jobs that wait for nothing, again and again; what is left waits in a circle or for one.
  fileprivate func circleFindings() throws -> [IntegrityFinding] {
    var waitsFor: [Int64: Int] = [:]
    var waiting: [Int64: [Int64]] = [:]
    try forEach("SELECT job_id, requires_id FROM job_dependency") { row in
      waitsFor[row.integer(0), default: 0] += 1
      waitsFor[row.integer(1), default: 0] += 0
      waiting[row.integer(1), default: []].append(row.integer(0))
    }
    var free = waitsFor.filter { $0.value == 0 }.map(\.key)
    while let job = free.popLast() {
      waitsFor[job] = nil
      for other in waiting[job, default: []] {
        waitsFor[other, default: 0] -= 1
        if waitsFor[other] == 0 { free.append(other) }
      }
    }
    return waitsFor.isEmpty ? [] : [.circle(waitsFor.keys.sorted().map(JobID.init))]
  }
}
