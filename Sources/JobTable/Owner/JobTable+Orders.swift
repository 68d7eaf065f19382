import GRDB
import Grid

extension JobTable {
  /// What a worker is to be told about an attempt at a job: the stages still missing, everything they
  /// stand on, and the stages whose artifact must be kept. Those are the last known state of a
  /// trajectory, the states that other trajectories start from, and whatever a stage of another job
  /// is computed from.
  ///
  /// - Throws: `JobTableError`; `.damaged` when a stage is not what its key says.
  package func order(for job: JobID, attempt: Attempt) throws -> JobOrder {
    try transaction { db in
      guard try db.jobState(job) != nil else { throw JobTableError.unknownJob(job.rawValue) }
      let missing = try db.all(
        "SELECT id FROM stage WHERE job_id = ? AND state <> 1 ORDER BY place", .job(job),
        value: { $0.integer(0) })
      let stages = try db.stages(missing)
      let context = try db.stages(try db.foundation(of: missing))
      return JobOrder(
        job: job, attempt: attempt, stages: stages.map(\.stage), context: context.map(\.stage),
        keep: try (context + stages).filter(db.mustBeKept).map(\.stage.key))
    }
  }
}

extension Database {
  fileprivate func mustBeKept(_ row: StageRow) throws -> Bool {
    if let step = row.stage.step {
      let goesOn = try first(
        """
        SELECT 1 FROM stage s JOIN stage l ON l.trajectory_id = s.trajectory_id AND l.step > ?
        WHERE s.id = ? LIMIT 1
        """,
        .integer(step), .integer(row.id), value: { _ in true })
      if goesOn == nil { return true }
    }
    let isRead = try first(
      """
      SELECT 1 WHERE EXISTS (SELECT 1 FROM trajectory_parent WHERE parent_id = ?1)
        OR EXISTS (
          SELECT 1 FROM own_parent JOIN stage AS child ON child.id = stage_id
          WHERE parent_id = ?1 AND child.job_id <> ?2)
      """,
      .integer(row.id), .job(row.job), value: { _ in true })
    return isRead != nil
  }
}
