import GRDB
import Grid

/// An attempt of which is to be told what there is to do.
package struct OrderRequest: Hashable, Sendable {
  package let job: JobID
  package let attempt: Attempt
  /// Whether the stages that the missing ones stand on matter, and what must be kept. Programs of the
  /// user's see nothing of that.
  package let hasContext: Bool

  package init(job: JobID, attempt: Attempt, hasContext: Bool = true) {
    self.job = job
    self.attempt = attempt
    self.hasContext = hasContext
  }
}

extension JobTable {
  /// What a worker is to be told about an attempt at a job: the stages still missing, everything they
  /// stand on, and the stages whose artifact must be kept. Those are the last known state of a
  /// trajectory, the states that other trajectories start from, and whatever a stage of another job
  /// is computed from.
  ///
  /// - Throws: `JobTableError`; `.damaged` when a stage is not what its key says.
  package func order(for job: JobID, attempt: Attempt) throws -> JobOrder {
    let request = OrderRequest(job: job, attempt: attempt)
    guard let order = try apply([], orders: [request]).orders.first else {
      preconditionFailure("an order for each request")
    }
    return order
  }
}

extension Database {
  func order(_ request: OrderRequest) throws -> JobOrder {
    let missing = try all(
      "SELECT id FROM stage WHERE job_id = ? AND state <> 1 ORDER BY place", .job(request.job),
      value: { $0.integer(0) })
    if missing.isEmpty, try jobState(request.job) == nil {
      throw JobTableError.unknownJob(request.job.rawValue)
    }
    let stages = try stages(missing)
    guard request.hasContext else {
      return JobOrder(
        job: request.job, attempt: request.attempt, stages: stages.map(\.stage), context: [],
        keep: [])
    }
    // Stages that are computed from nothing, which many short jobs have, stand on nothing.
    let stands = stages.contains { !$0.stage.parents.isEmpty || $0.stage.step != nil }
    let context = stands ? try self.stages(try foundation(of: missing)) : []
    return JobOrder(
      job: request.job, attempt: request.attempt, stages: stages.map(\.stage),
      context: context.map(\.stage),
      keep: try (context + stages).filter(mustBeKept).map(\.stage.key))
  }

  private func mustBeKept(_ row: StageRow) throws -> Bool {
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
        OR EXISTS (SELECT 1 FROM stage WHERE parent_id = ?1 AND job_id <> ?2)
        OR EXISTS (
          SELECT 1 FROM own_parent AS p JOIN stage AS child ON child.id = stage_id
          WHERE p.parent_id = ?1 AND child.job_id <> ?2)
      """,
      .integer(row.id), .job(row.job), value: { _ in true })
    return isRead != nil
  }
}
