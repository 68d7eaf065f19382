import Grid

/// How many runs, stages and jobs of a grid are in which state.
package struct GridCounts: Hashable, Sendable {
  package struct Runs: Hashable, Sendable {
    package var pending = 0
    package var running = 0
    package var done = 0
    package var failed = 0
    /// Runs that the grid had once and has no more; in none of the other counts.
    package var orphaned = 0

    /// Runs of the grid as it is now.
    package var total: Int { pending + running + done + failed }
  }

  package struct Jobs: Hashable, Sendable {
    /// A job that it requires is not done.
    package var waiting = 0
    package var ready = 0
    package var running = 0
    package var done = 0
    package var failed = 0

    package var total: Int { waiting + ready + running + done + failed }
  }

  package struct Stages: Hashable, Sendable {
    package let kind: String
    package var open = 0
    package var done = 0
    package var failed = 0
  }

  package var runs = Runs()
  /// Jobs whose stages the grid's runs need.
  package var jobs = Jobs()
  /// The stages of those jobs by kind, in alphabetical order.
  package var stages: [Stages] = []
}
