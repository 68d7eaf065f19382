import Artifacts
import Grid

@testable import BuiltinProgram

/// A runner whose events are kept.
final class Recorder {
  private(set) var events: [WorkerEvent] = []
  private var runner: JobRunner!
  private var onEvent: (WorkerEvent) -> Void
  private var time = 0.0
  /// Whether the user wants an end.
  var isDraining = false

  /// - Parameters:
  ///   - checkpointInterval: in ticks of a clock that advances by 1 at each look.
  ///   - onEvent: called with each event as it comes.
  init(
    _ store: ArtifactStore, checkpointInterval: Double = .infinity,
    onEvent: @escaping (WorkerEvent) -> Void = { _ in }
  ) {
    self.onEvent = onEvent
    runner = JobRunner(
      store: store, checkpointInterval: checkpointInterval,
      now: { [unowned self] in
        time += 1
        return time
      },
      isDraining: { [unowned self] in isDraining },
      emit: { [unowned self] event in
        events.append(event)
        self.onEvent(event)
      })
  }

  /// Runs an order and returns its results by stage.
  @discardableResult
  func run(
    _ order: JobOrder, onEvent: ((WorkerEvent) -> Void)? = nil
  ) -> [StageKey: StageResult] {
    let before = events.count
    if let onEvent { self.onEvent = onEvent }
    runner.run(order)
    var results: [StageKey: StageResult] = [:]
    for case .completed(_, _, let result) in events[before...] { results[result.stage] = result }
    return results
  }

  /// Whether the last order was finished.
  var finished: Bool {
    if case .finished = events.last { true } else { false }
  }

  var failure: Failure? {
    if case .failed(_, _, _, let failure, _) = events.last { failure } else { nil }
  }

  var lostArtifact: StageKey? {
    if case .artifactLost(_, _, let stage, _, _) = events.last { stage } else { nil }
  }
}
