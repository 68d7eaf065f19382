import Grid

/// How tools write that a run is done, failed or under way.
enum RunStateText {
  static func state(_ text: String) -> RunState? {
    switch text.lowercased() {
    case "done", "finished", "completed", "complete", "succeeded", "success", "ok": .done
    case "failed", "failure", "crashed", "killed", "error", "timeout", "cancelled", "lost": .failed
    case "running", "preempting", "preempted": .running
    case "pending", "queued", "waiting", "created": .pending
    default: nil
    }
  }

  static let columnNames: Set<String> = ["state", "status"]
}
