import GRDB
import Grid

/// One of the stages whose metrics are a run's.
package struct RunStage: Hashable, Sendable {
  /// Set for the first stage of a run.
  package let axisValues: [ParameterValue]?
  package let stage: StageKey
  package let state: StageState
  package let job: JobID
}

extension JobTableReader {
  /// Hands over the measured stages of the grid's runs, run by run in the order of expansion.
  ///
  /// - Complexity: O(runs · stages a run), some microseconds each.
  package func forEachRunStage(in grid: String, _ body: (RunStage) throws -> Void) throws {
    try read { db in
      var run: Int64?
      try db.forEach(
        """
        SELECT r.id, r.axis_values, s.key, s.state, s.job_id
        FROM run r JOIN run_stage rs ON rs.run_id = r.id JOIN stage s ON s.id = rs.stage_id
        WHERE r.grid_id = ? AND r.position IS NOT NULL ORDER BY r.position, rs.position
        """,
        .integer(try db.gridID(grid))
      ) { row in
        var values: [ParameterValue]?
        if row.integer(0) != run {
          run = row.integer(0)
          values = FlatJSON.array(row.text(1))
          guard values != nil else {
            throw RowDamage("the axis values of run row \(row.integer(0)) are not a JSON array")
          }
        }
        try body(
          RunStage(
            axisValues: values, stage: try row.stageKey(2), state: try row.stageState(3),
            job: row.job(4)))
      }
    }
  }
}
