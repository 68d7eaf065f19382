import GRDB
import Grid

extension JobTableReader {
  /// Hands over every job of which something came (an attempt, a result, a failure), in ascending order,
  /// many at a time; with grids, the jobs that one of them needs.
  ///
  /// - Parameter batch: as soon as so many jobs or results are together, they are handed over.
  /// - Complexity: O(stages of those jobs), some ten microseconds each; memory for a batch.
  package func forEachHistory(
    in grids: [String]? = nil, batch: Int, _ body: ([JobHistory]) throws -> Void
  ) throws {
    try read { db in
      var needed: Set<JobID>?
      for grid in grids ?? [] {
        let jobs = try db.all(
          "SELECT job_id FROM grid_job WHERE grid_id = ?", .integer(try db.gridID(grid)),
          value: { $0.job(0) })
        needed = (needed ?? []).union(jobs)
      }
      let jobs = try db.all(
        """
        SELECT id FROM job WHERE state <> 0
          OR EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = job.id)
          OR EXISTS (SELECT 1 FROM stage s WHERE s.job_id = job.id AND s.state = 1)
        ORDER BY id
        """, value: { $0.job(0) })
      var histories: [JobHistory] = []
      var results = 0
      for job in jobs where needed?.contains(job) ?? (grids == nil) {
        histories.append(try db.history(of: job))
        results += histories.last?.results.count ?? 0
        if max(histories.count, results) >= batch {
          try body(histories)
          histories.removeAll(keepingCapacity: true)
          results = 0
        }
      }
      if !histories.isEmpty { try body(histories) }
    }
  }

  /// Where the table has those of these stages that it has.
  package func places(of stages: some Sequence<StageKey>) throws -> [StageKey: StagePlace] {
    try read { db in
      var places: [StageKey: StagePlace] = [:]
      for stage in stages {
        places[stage] = try db.first(
          """
          SELECT job_id, state FROM stage
          WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?)
          """,
          .key(stage),
          value: { StagePlace(job: $0.job(0), state: try $0.stageState(1)) })
      }
      return places
    }
  }

  /// The results of those of these stages that are done.
  package func results(of stages: some Sequence<StageKey>) throws -> [StageKey: StageResult] {
    try read { db in
      var results: [StageKey: StageResult] = [:]
      for stage in stages {
        let id = try db.first(
          """
          SELECT id FROM stage
          WHERE id = (SELECT stage_id FROM stage_key WHERE key = ?) AND state = 1
          """,
          .key(stage),
          value: { $0.integer(0) })
        if let id { results[stage] = try db.result(of: id, key: stage) }
      }
      return results
    }
  }
}

extension Database {
  fileprivate func history(of job: JobID) throws -> JobHistory {
    let stages = try all(
      "SELECT id, key, state FROM stage WHERE job_id = ? ORDER BY place", .job(job),
      value: { (id: $0.integer(0), key: try $0.stageKey(1), state: try $0.stageState(2)) })
    let results = try stages.filter { $0.state == .done }.map { stage in
      let origin = try first(
        "SELECT job_id, attempt, completed_at FROM result WHERE stage_id = ?", .integer(stage.id),
        value: { (job: $0.job(0), attempt: $0.attempt(1), completedAt: $0.real(2)) })
      guard let origin else {
        throw RowDamage("the stage \(stage.key.short) is done and has no result")
      }
      return RecordedResult(
        result: try result(of: stage.id, key: stage.key), job: origin.job,
        attempt: origin.attempt, completedAt: origin.completedAt)
    }
    var attempts = try self.attempts(where: "a.job_id = ?", .job(job))
    for other in Set(results.map(\.job)).subtracting([job]).sorted() {
      let used = Set(results.filter { $0.job == other }.map(\.attempt))
      attempts += try self.attempts(where: "a.job_id = ?", .job(other))
        .filter { used.contains($0.attempt) }
    }
    let failure = try first(
      "SELECT failure, failed_at FROM job WHERE id = ? AND state = 2", .job(job),
      value: { row in
        JobFailure(failure: try Coding.value(Failure.self, from: row.text(0)), at: row.real(1))
      })
    return JobHistory(
      job: job, stages: stages.map(\.key), failure: failure, attempts: attempts, results: results)
  }
}
