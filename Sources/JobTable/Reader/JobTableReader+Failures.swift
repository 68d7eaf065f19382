import GRDB
import Grid

extension JobTableReader {
  /// The failed jobs that the grid needs, by what they failed of; the cluster that keeps most runs
  /// from being done first, of equals the one that came first.
  ///
  /// - Complexity: O(failed jobs of all grids + failed runs of this one · stages a run).
  package func failureClusters(in grid: String) throws -> [FailureCluster] {
    try read { db in
      let grid = try db.gridID(grid)
      var jobs: [String: [JobID]] = [:]
      try db.forEach(
        NeededJobs.failed + " ORDER BY id", .integer(grid)
      ) { row in
        jobs[row.text(1), default: []].append(row.job(0))
      }
      if jobs.isEmpty { return [] }
      let runs = Dictionary(
        try db.all(
          """
          SELECT j.cluster, count(DISTINCT r.id)
          FROM run r INDEXED BY run_failed CROSS JOIN json_each(r.stages) e
            CROSS JOIN stage s ON s.id = e.value CROSS JOIN job j ON j.id = s.job_id
          WHERE r.grid_id = ? AND r.failed > 0 AND r.position IS NOT NULL AND s.state = 2
          GROUP BY j.cluster
          """,
          .integer(grid), value: { ($0.text(0), $0.int(1)) }),
        uniquingKeysWith: { $1 })
      let clusters = try jobs.map { cluster, members in
        let example = members[0]
        let failure = try db.first(
          "SELECT failure FROM job WHERE id = ?", .job(example), value: { $0.text(0) })
        let log = try db.first(
          "SELECT log FROM attempt WHERE job_id = ? ORDER BY number DESC LIMIT 1", .job(example),
          value: { $0.optionalText(0) })
        return FailureCluster(
          id: cluster, example: try Coding.value(Failure.self, from: failure ?? ""),
          exampleJob: example, exampleLog: log ?? nil, jobs: members, runs: runs[cluster] ?? 0)
      }
      return clusters.sorted {
        ($1.runs, $1.jobs.count, $0.exampleJob) < ($0.runs, $0.jobs.count, $1.exampleJob)
      }
    }
  }

  /// Why the job failed for good; `nil` where it did not.
  package func failure(of job: JobID) throws -> Failure? {
    try read { db in
      let text = try db.first(
        "SELECT failure FROM job WHERE id = ?", .job(job), value: { $0.optionalText(0) })
      return try text.flatMap { $0 }.map { try Coding.value(Failure.self, from: $0) }
    }
  }
}
