import Grid

extension JobTable {
  /// Applies the changes in their order in one transaction and returns, once they are on the disk,
  /// what became of each. Batching is what makes this fast: one commit costs one sync.
  ///
  /// - Throws: `JobTableError`; then none of them is applied.
  package func apply(_ changes: [Change]) throws -> [ChangeOutcome] {
    try apply(changes, orders: []).outcomes
  }

  /// The same, and what is to be told about attempts that begin with these changes, or began earlier,
  /// as of after the changes.
  package func apply(
    _ changes: [Change], orders attempts: [OrderRequest]
  ) throws -> (outcomes: [ChangeOutcome], orders: [JobOrder]) {
    if changes.isEmpty, attempts.isEmpty { return ([], []) }
    return try transaction { db in
      let recorder = ChangeRecorder(db)
      let outcomes = try changes.map { try recorder.apply($0) }
      try recorder.finish()
      return (outcomes, try attempts.map { try db.order($0) })
    }
  }

  /// Ends as stopped every attempt that a dead owner left running, and says which they were. To be
  /// called by a new owner before it begins any.
  @discardableResult
  package func endAbandonedAttempts(at time: Double) throws -> [AttemptRecord] {
    try transaction { db in
      let abandoned = try db.attempts(where: "a.outcome IS NULL")
      let recorder = ChangeRecorder(db)
      for attempt in abandoned {
        _ = try recorder.apply(
          .attemptEnded(attempt.job, attempt.attempt, .stopped, at: time))
      }
      try recorder.finish()
      return abandoned
    }
  }
}
