import GRDB
import Grid

extension JobTable {
  /// Opens the failed jobs that the grid needs, or those of one failure cluster, with what they wait
  /// for and what failed only because of them. Their earlier failures and losses count no more.
  ///
  /// - Parameters:
  ///   - cluster: the `id` of a `FailureCluster`.
  ///   - own: the jobs whose failures are meant, those of a share; `nil` for all that the grid needs.
  /// - Returns: the jobs in ascending order; empty when nothing of it failed.
  package func reopenFailed(
    in grid: String, cluster: String? = nil, among own: Set<JobID>? = nil
  ) throws -> [JobID] {
    try transaction { db in
      let grid = try db.gridID(grid)
      let failed = try db.all(
        NeededJobs.failed + " ORDER BY id", .integer(grid),
        value: { row in
          (
            job: row.job(0), cluster: row.text(1),
            byParent: try Coding.value(Failure.self, from: row.text(2)).reason == .parentFailed
          )
        })
      let failedJobs = Set(failed.map(\.job))
      var requires: [JobID: [JobID]] = [:]
      for (job, _, _) in failed {
        requires[job] = try db.all(
          "SELECT requires_id FROM job_dependency WHERE job_id = ? ORDER BY requires_id",
          .job(job), value: { $0.job(0) }
        ).filter(failedJobs.contains)
      }
      var reopened: Set<JobID> = []
      func isMeant(_ job: JobID) -> Bool { own?.contains(job) ?? true }
      var pending = failed.filter { (cluster == nil || $0.cluster == cluster) && isMeant($0.job) }
        .map(\.job)
      while let job = pending.popLast() {
        guard reopened.insert(job).inserted else { continue }
        pending += requires[job, default: []]
      }
      // What failed for its parents only can go on once none of them stays failed.
      var changed = true
      while changed {
        changed = false
        for (job, _, byParent) in failed where byParent && isMeant(job) && !reopened.contains(job) {
          guard requires[job, default: []].allSatisfy(reopened.contains) else { continue }
          reopened.insert(job)
          changed = true
        }
      }
      let jobs = reopened.sorted()
      for job in jobs {
        try db.run(
          """
          UPDATE job SET state = 0, failure = NULL, cluster = NULL, failed_at = NULL,
            forgiven = coalesce((SELECT max(number) FROM attempt WHERE job_id = job.id), 0)
          WHERE id = ?
          """,
          .job(job))
        try db.run("UPDATE stage SET state = 0 WHERE job_id = ? AND state = 2", .job(job))
      }
      return jobs
    }
  }
}
