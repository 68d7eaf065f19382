import GRDB
import Grid

/// What the table keeps beside what it follows from, held against that.
extension Database {
  /// States of trajectories come after what they are computed from; of other stages a check in the table
  /// sees to it.
  func parentFindings() throws -> [IntegrityFinding] {
    try all(
      """
      SELECT DISTINCT s.key FROM trajectory_parent AS p JOIN stage AS s USING (trajectory_id)
      WHERE p.parent_id >= s.id ORDER BY s.id
      """,
      value: { .parent(try $0.stageKey(0)) })
  }

  func tallyFindings() throws -> [IntegrityFinding] {
    var findings: [IntegrityFinding] = []
    for (grid, name) in try all(
      "SELECT id, name FROM grid ORDER BY id", value: { ($0.integer(0), $0.text(1)) })
    where try tallies(of: grid) != count(grid) {
      findings.append(.tally(.grid(name)))
    }
    findings += try all(
      """
      SELECT j.id FROM job AS j LEFT JOIN stage AS s ON s.job_id = j.id
      GROUP BY j.id HAVING j.missing <> coalesce(sum(s.state <> 1), 0) ORDER BY j.id
      """,
      value: { .tally(.job($0.job(0))) })
    findings += try all(
      """
      SELECT r.run FROM run AS r JOIN json_each(r.stages) AS e LEFT JOIN stage AS s ON s.id = e.value
      GROUP BY r.id HAVING r.missing <> sum(coalesce(s.state, 0) <> 1) OR r.failed <> sum(s.state = 2)
      ORDER BY r.id
      """,
      value: { .tally(.run($0.text(0))) })
    findings += try all(
      """
      SELECT r.run FROM run AS r JOIN json_each(r.stages) AS e
        LEFT JOIN stage AS s ON s.id = e.value AND s.run_id = r.id
        LEFT JOIN stage_run AS sr ON sr.stage_id = e.value AND sr.run_id = r.id
      WHERE (s.id IS NOT NULL) + (sr.run_id IS NOT NULL) <> 1
      UNION
      SELECT r.run FROM stage AS s JOIN run AS r ON r.id = s.run_id
      WHERE s.id NOT IN (SELECT value FROM json_each(r.stages))
      UNION
      SELECT r.run FROM stage_run AS sr JOIN run AS r ON r.id = sr.run_id
      WHERE sr.stage_id NOT IN (SELECT value FROM json_each(r.stages))
      ORDER BY 1
      """,
      value: { .tally(.stages(ofRun: $0.text(0))) })
    return findings
  }
}
