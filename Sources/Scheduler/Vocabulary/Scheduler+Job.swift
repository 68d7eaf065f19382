import Grid

extension Scheduler {
  /// A job as the scheduler sees it: what it waits for, what it takes, how often it may go wrong.
  package struct Job: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// Done by a persistent worker process.
      case builtin
      /// Done by one process of the user's program.
      case external
    }

    package let id: JobID
    package let kind: Kind
    /// Jobs that must be done first. One that the scheduler does not know counts as done.
    package let parents: [JobID]
    /// How many of the slots it takes. More than there are is taken as all there are.
    package let slots: Int
    /// Longest time of one attempt; `nil` is no limit.
    package let timeLimit: Duration?
    /// What that is multiplied by after each failed attempt; `nil` for a limit that stays.
    package let timeGrowth: Double?
    /// How often a failed attempt is tried again.
    package let retries: Int
    /// The last attempt issued, by whichever owner; `nil` before the first.
    package let lastAttempt: Attempt?
    /// Failed attempts so far.
    package let failures: Int
    /// Attempts lost since a stage of the job was last completed.
    package let losses: Int
    /// Whether an earlier session gave it up. It is not tried again, and what depends on it fails.
    package let hasFailed: Bool

    package init(
      id: JobID, kind: Kind, parents: [JobID] = [], slots: Int = 1, timeLimit: Duration? = nil,
      timeGrowth: Double? = nil, retries: Int = 0, lastAttempt: Attempt? = nil, failures: Int = 0,
      losses: Int = 0,
      hasFailed: Bool = false
    ) {
      self.id = id
      self.kind = kind
      self.parents = parents
      self.slots = slots
      self.timeLimit = timeLimit
      self.timeGrowth = timeGrowth
      self.retries = retries
      self.lastAttempt = lastAttempt
      self.failures = failures
      self.losses = losses
      self.hasFailed = hasFailed
    }
  }
}
