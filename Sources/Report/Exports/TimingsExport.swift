import Grid

/// Writes `timings.csv`: how long each stage took, and in which attempt at which job. A stage stands
/// once, however many runs share it.
package struct TimingsExport {
  private var writer: CSVWriter

  /// Writes the header.
  ///
  /// - Throws: what the sink throws.
  package init(to sink: @escaping ByteSink) throws {
    writer = CSVWriter(to: sink)
    try writer.row(["stage", "kind", "step", "job", "attempt", "seconds"])
  }

  /// Writes a stage; `step` is empty for a stage that is no state of a trajectory.
  ///
  /// - Throws: what the sink throws.
  package mutating func add(
    _ stage: StageKey, kind: String, step: Int?, job: JobID, attempt: Attempt, seconds: Double
  ) throws {
    writer.field(stage.digest)
    writer.field(kind)
    if let step { writer.field(step) } else { writer.emptyField() }
    writer.field(job.description)
    writer.field(attempt.rawValue)
    writer.field(seconds)
    try writer.endRow()
  }

  /// Hands on what is left.
  ///
  /// - Throws: what the sink throws.
  package mutating func finish() throws {
    try writer.finish()
  }
}
