import GRDB

/// How many runs, jobs and stages of a grid are in which state, as the table keeps it or as they are
/// counted.
struct Tallies: Equatable {
  struct Stages: Equatable {
    let kind: String
    let open: Int
    let done: Int
    let failed: Int
  }

  var runsDone = 0
  var runsFailed = 0
  var orphans = 0
  var jobs = 0
  var jobsDone = 0
  var jobsFailed = 0
  /// By kind in alphabetical order; kinds without stages are left out.
  var stages: [Stages] = []
}

extension Database {
  /// What the table keeps.
  ///
  /// - Complexity: O(kinds of stages).
  func tallies(of grid: Int64) throws -> Tallies {
    var tallies = Tallies()
    try forEach(
      """
      SELECT runs_done, runs_failed, orphans, jobs, jobs_done, jobs_failed
      FROM grid_tally WHERE grid_id = ?
      """,
      .integer(grid)
    ) { row in
      tallies.runsDone = row.int(0)
      tallies.runsFailed = row.int(1)
      tallies.orphans = row.int(2)
      tallies.jobs = row.int(3)
      tallies.jobsDone = row.int(4)
      tallies.jobsFailed = row.int(5)
    }
    tallies.stages = try all(
      """
      SELECT kind, open, done, failed FROM stage_tally
      WHERE grid_id = ? AND open + done + failed > 0 ORDER BY kind
      """,
      .integer(grid),
      value: {
        Tallies.Stages(kind: $0.text(0), open: $0.int(1), done: $0.int(2), failed: $0.int(3))
      })
    return tallies
  }

  /// What the rows say.
  ///
  /// - Complexity: O(runs + jobs + stages).
  func count(_ grid: Int64) throws -> Tallies {
    var tallies = Tallies()
    try forEach(
      """
      SELECT coalesce(sum(position IS NOT NULL AND missing = 0), 0),
        coalesce(sum(position IS NOT NULL AND failed > 0), 0), coalesce(sum(position IS NULL), 0)
      FROM run WHERE grid_id = ?
      """,
      .integer(grid)
    ) { row in
      tallies.runsDone = row.int(0)
      tallies.runsFailed = row.int(1)
      tallies.orphans = row.int(2)
    }
    try forEach(
      """
      SELECT count(*), coalesce(sum(j.state = 1), 0), coalesce(sum(j.state = 2), 0)
      FROM grid_job AS n JOIN job AS j ON j.id = n.job_id WHERE n.grid_id = ?
      """,
      .integer(grid)
    ) { row in
      tallies.jobs = row.int(0)
      tallies.jobsDone = row.int(1)
      tallies.jobsFailed = row.int(2)
    }
    tallies.stages = try all(
      """
      SELECT s.kind, sum(s.state = 0), sum(s.state = 1), sum(s.state = 2)
      FROM grid_job AS n JOIN stage AS s ON s.job_id = n.job_id WHERE n.grid_id = ?
      GROUP BY s.kind ORDER BY s.kind
      """,
      .integer(grid),
      value: {
        Tallies.Stages(kind: $0.text(0), open: $0.int(1), done: $0.int(2), failed: $0.int(3))
      })
    return tallies
  }

  /// Counts the rows and keeps that.
  func countAgain(_ grid: Int64) throws {
    let tallies = try count(grid)
    try run("DELETE FROM stage_tally WHERE grid_id = ?", .integer(grid))
    try run("DELETE FROM grid_tally WHERE grid_id = ?", .integer(grid))
    try run(
      """
      INSERT INTO grid_tally (grid_id, runs_done, runs_failed, orphans, jobs, jobs_done, jobs_failed)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      .integer(grid), .integer(tallies.runsDone), .integer(tallies.runsFailed),
      .integer(tallies.orphans), .integer(tallies.jobs), .integer(tallies.jobsDone),
      .integer(tallies.jobsFailed))
    for stages in tallies.stages {
      try run(
        "INSERT INTO stage_tally (grid_id, kind, open, done, failed) VALUES (?, ?, ?, ?, ?)",
        .integer(grid), .text(stages.kind), .integer(stages.open), .integer(stages.done),
        .integer(stages.failed))
    }
  }
}
