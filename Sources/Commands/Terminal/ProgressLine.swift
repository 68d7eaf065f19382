import Execution

/// What is known of a session's progress at one moment.
struct ProgressState {
  /// What a worker or a program is doing.
  struct Activity {
    let label: String
    let done: Int
    let total: Int
    let note: String
    /// Since it began.
    var seconds = 0.0
  }

  var runsDone = 0
  var runsFailed = 0
  var runsTotal = 0
  /// Jobs that asked for another try (status 75) and wait for it.
  var jobsPaused = 0
  /// Stages completed in this session, those that will not be since their jobs failed in it, and those
  /// that were missing when it began.
  var stagesDone = 0
  var stagesFailed = 0
  var stagesTotal = 0
  var activities: [Activity] = []
  /// Seconds since the session began.
  var elapsed = 0.0
  /// How it was asked to end; `nil` while it was not.
  var ending: ExecutionControl.Wish?

  /// Stages that the session is through with, done or failed.
  var stagesOver: Int { min(stagesDone + stagesFailed, stagesTotal) }
  /// Their share of all.
  var share: Double { stagesTotal > 0 ? Double(stagesOver) / Double(stagesTotal) : 0 }
}

/// Words for the progress of a run. Pure: time comes in with the state.
struct ProgressLine {
  /// Seconds over which the rate is smoothed.
  private static let memory = 20.0

  private var last: (elapsed: Double, stages: Int)?
  /// Stages a second, failed ones included; `nil` until something can be said.
  private(set) var rate: Double?

  /// Takes a new state in; the rate follows the last twenty seconds or so.
  mutating func observe(_ state: ProgressState) {
    guard let last else {
      self.last = (state.elapsed, state.stagesOver)
      return
    }
    let seconds = state.elapsed - last.elapsed
    guard seconds >= 0.5 else { return }
    let now = Double(state.stagesOver - last.stages) / seconds
    let weight = min(1, seconds / Self.memory)
    rate = rate.map { $0 + weight * (now - $0) } ?? now
    self.last = (state.elapsed, state.stagesOver)
  }

  /// Seconds until the missing stages are done or have failed, at the present rate or half the session's, whichever is
  /// more: while a long stage runs nothing is completed, and the present rate alone would promise
  /// years. `nil` until enough is completed to tell, one in ten stages or ten of them.
  func remaining(_ state: ProgressState) -> Double? {
    guard let rate, state.elapsed > 0,
      state.stagesOver > 0, state.stagesOver >= min(10, state.stagesTotal / 10)
    else { return nil }
    let whole = Double(state.stagesOver) / state.elapsed
    return Double(state.stagesTotal - state.stagesOver) / max(rate, whole / 2)
  }

  /// `45 of 132 runs · 3.2 stages/s · about 27 s left · prepare small: 1200 of 3500, loss 1.32`.
  func text(_ state: ProgressState) -> String {
    var parts = ["\(state.runsDone) of \(state.runsTotal) runs"]
    if state.runsFailed > 0 { parts.append("\(state.runsFailed) failed") }
    if state.jobsPaused > 0 {
      parts.append(
        "\(state.jobsPaused) asked for another try (status 75) and "
          + (state.jobsPaused == 1 ? "waits" : "wait"))
    }
    if let rate, rate > 0 { parts.append("\(Self.rateText(rate)) stages/s") }
    if let remaining = remaining(state) {
      parts.append("about \(DurationText.short(remaining)) left")
    }
    if let activity = state.activities.first {
      var text = activity.label
      if activity.total > 1 { text += ": \(activity.done) of \(activity.total)" }
      if !activity.note.isEmpty { text += ", \(activity.note)" }
      if state.activities.count > 1 { text += " (+\(state.activities.count - 1))" }
      parts.append(text)
    }
    return parts.joined(separator: " · ")
  }

  /// `stopping (Ctrl-C again: at once), waiting some seconds for 2 jobs`; `nil` while it goes on.
  static func endingText(_ state: ProgressState) -> String? {
    switch state.ending {
    case nil: nil
    case .stop: "stopping at once"
    case .drain where state.activities.isEmpty: "stopping"
    case .drain:
      "stopping (Ctrl-C again: at once), waiting some seconds for "
        + CountText.of(state.activities.count, "job")
    }
  }

  /// The line with a bar in front, cut to the width of the terminal.
  func bar(_ state: ProgressState, width: Int) -> String {
    let room = max(width - 1, 10)
    if let words = Self.endingText(state) { return String(words.prefix(room)) }
    let cells = 20
    let full = min(cells, Int(state.share * Double(cells)))
    let bar =
      "[" + String(repeating: "█", count: full) + String(repeating: "░", count: cells - full) + "] "
    return String((bar + text(state)).prefix(room))
  }

  static func rateText(_ rate: Double) -> String {
    let tenths = Int((rate * 10).rounded())
    return rate < 100 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
  }
}
