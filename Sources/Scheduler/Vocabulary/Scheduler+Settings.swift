extension Scheduler {
  package struct Settings: Hashable, Sendable {
    /// How many slots jobs share (`-j`).
    package var slots: Int
    /// How often a lost attempt is tried again without a stage completed in between.
    package var crashLimit: Int
    /// When so many jobs have failed, nothing more is started; `nil` is no limit. Jobs that fail only
    /// because their parent did are not counted.
    package var maxFails: Int?
    /// From SIGTERM to SIGKILL.
    package var grace: Duration
    /// How long running jobs may go on by themselves after the user asked for an orderly end.
    package var drainGrace: Duration
    /// How long a worker may take until it is ready.
    package var workerStartLimit: Duration
    /// So many workers in a row that die before they are ready end the session.
    package var workerStartFailures: Int
    /// Wait before a job that asked for another try (status 75) is tried again; doubled each time
    /// without a stage completed in between, up to `longestPause`. Such tries are not counted, so
    /// the pause is what keeps them from spinning.
    package var firstPause: Duration
    package var longestPause: Duration
    /// How often in a row, without a stage completed in between, a job may ask for another try.
    package var pauseLimit: Int
    /// For how long it counts how many jobs were completed; attempts are foreseen for as long, and orders
    /// sent beforehand for half of that.
    package var foresight: Duration
    /// How many jobs a slot must complete within that time for anything to be foreseen.
    package var foresightPace: Int

    package init(
      slots: Int, crashLimit: Int = 5, maxFails: Int? = nil, grace: Duration = .seconds(5),
      drainGrace: Duration = .seconds(10), workerStartLimit: Duration = .seconds(60),
      workerStartFailures: Int = 4, firstPause: Duration = .seconds(1),
      longestPause: Duration = .seconds(60), pauseLimit: Int = 120,
      foresight: Duration = .seconds(1), foresightPace: Int = 4
    ) {
      self.slots = slots
      self.crashLimit = crashLimit
      self.maxFails = maxFails
      self.grace = grace
      self.drainGrace = drainGrace
      self.workerStartLimit = workerStartLimit
      self.workerStartFailures = workerStartFailures
      self.firstPause = firstPause
      self.longestPause = longestPause
      self.pauseLimit = pauseLimit
      self.foresight = foresight
      self.foresightPace = foresightPace
    }
  }

  /// How many jobs are in which state.
  package struct Counts: Hashable, Sendable {
    /// A parent is not done yet.
    package var waiting = 0
    /// Nothing but a free slot is missing.
    package var ready = 0
    /// It asked for a pause before its next try.
    package var paused = 0
    package var running = 0
    package var done = 0
    package var failed = 0

    package var total: Int { waiting + ready + paused + running + done + failed }
  }
}
