/// Something that `verify` has to say about a results folder.
struct VerificationFinding {
  enum Severity: String, Comparable {
    /// Harmless: what a kill leaves, or what an owner is about to change.
    case note
    /// A file that is made from the table is not what the table says; it can be made again.
    case stale
    /// The job table or an artifact is not what was recorded.
    case damage

    private var rank: Int {
      switch self {
      case .note: 0
      case .stale: 1
      case .damage: 2
      }
    }

    static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    /// The exit status of a folder in which this is the worst.
    var status: ExitStatus {
      switch self {
      case .note: .done
      case .stale: .someRunsFailed
      case .damage: .store
      }
    }
  }

  let severity: Severity
  /// What is wrong, where, and what to do about it.
  let message: String
}
