import Grid

/// How a session is to run.
package struct ExecutionSettings: Sendable {
  /// How many slots jobs share (`-j`).
  package var jobs: Int
  /// How often a lost attempt is tried again without a stage completed in between.
  package var crashLimit = 5
  /// How often a failed attempt is tried again; `nil` leaves it to the grid.
  package var retries: Int?
  /// Longest time of an attempt in seconds; `nil` leaves it to the grid.
  package var timeLimit: Double?
  /// Most memory of an external program in bytes; `nil` leaves it to the grid.
  package var memoryLimit: Int?
  /// When so many jobs have failed, nothing more is started; `nil` is no limit.
  package var maxFails: Int?
  /// Seconds from SIGTERM to SIGKILL.
  package var grace = 5.0
  /// Seconds that running jobs get to come to a good end by themselves once the user asked to stop.
  package var drainGrace = 10.0
  /// The program and the arguments that make a worker of the built-in program.
  package var workerCommand: [String]
  /// Where external programs run: the folder of the grid file.
  package var workingDirectory: String?
  /// What external programs inherit; workers too.
  package var environment: [String: String]
  /// Whether SIGINT, SIGTERM and SIGHUP are taken as the user's wish to stop: the first to drain, the
  /// second to stop at once.
  package var handlesSignals = false

  package init(
    jobs: Int, workerCommand: [String], workingDirectory: String? = nil,
    environment: [String: String]
  ) {
    self.jobs = jobs
    self.workerCommand = workerCommand
    self.workingDirectory = workingDirectory
    self.environment = environment
  }
}
