import Artifacts
import Dispatch
import Grid
import JobTable
import Report
import Synchronization

/// What one pass over a grid's results tells: `timings.csv`, what kinds of stages cost, and where
/// results come from.
struct GridTimings {
  private(set) var costs: [ReportDetails.StageCost] = []
  /// How many results each place gave, by its number in the job table.
  private(set) var results: [Int: Int] = [:]
  /// When the last result was completed, in seconds since 1970.
  private(set) var lastCompletion: Double?

  /// - Parameter sink: gets the bytes of `timings.csv`.
  /// - Complexity: O(results of the grid); memory does not grow with them.
  init(of grid: String, in reader: JobTableReader, to sink: @escaping ByteSink) throws {
    var costs: [String: ReportDetails.StageCost] = [:]
    var results: [Int: Int] = [:]
    var last: Double?
    var export = try TimingsExport(to: sink)
    try reader.forEachTiming(in: grid) { timing in
      try export.add(
        timing.stage, kind: timing.kind, step: timing.step, job: timing.job,
        attempt: timing.attempt, seconds: timing.seconds)
      costs[
        timing.kind, default: ReportDetails.StageCost(kind: timing.kind, stages: 0, seconds: 0)
      ].add(timing.seconds)
      if let environment = timing.environment { results[environment, default: 0] += 1 }
      last = max(last ?? timing.completedAt, timing.completedAt)
    }
    try export.finish()
    self.costs = costs.values.sorted { ($1.seconds, $0.kind) < ($0.seconds, $1.kind) }
    self.results = results
    lastCompletion = last
  }

  /// The pass on another thread, while this one reads the runs. The file is put into its place when its
  /// value is asked for.
  final class Task: Sendable {
    private struct GivenUp: Error {}

    private let group = DispatchGroup()
    private let outcome = Mutex<Result<GridTimings, any Error>?>(nil)
    private let isWanted = Mutex<Bool?>(nil)
    private let decided = DispatchSemaphore(value: 0)

    /// - Parameter path: where `timings.csv` is to stand.
    init(of grid: String, in reader: JobTableReader, to path: String) {
      DispatchQueue.global().async(group: group) { [self] in
        let result = Result {
          var timings: GridTimings?
          try AtomicFile.write(to: path) { sink in
            try withoutActuallyEscaping(sink) { sink in
              timings = try GridTimings(of: grid, in: reader) { [self] bytes in
                if isWanted.withLock({ $0 }) == false { throw GivenUp() }
                try sink(bytes)
              }
            }
            decided.wait()
            if isWanted.withLock({ $0 }) == false { throw GivenUp() }
          }
          guard let timings else {
            throw CommandFailure("\(path) was not written", status: .store)
          }
          return timings
        }
        outcome.withLock { $0 = result }
      }
    }

    /// Stops and leaves the file as it was; to be called where the value is not asked for.
    func giveUp() {
      isWanted.withLock { if $0 == nil { $0 = false } }
      decided.signal()
      group.wait()
    }

    func value() throws -> GridTimings {
      isWanted.withLock { $0 = true }
      decided.signal()
      group.wait()
      guard let result = outcome.withLock({ $0 }) else {
        throw CommandFailure("the timings were not read", status: .store)
      }
      return try result.get()
    }
  }
}

extension ReportDetails.StageCost {
  fileprivate mutating func add(_ more: Double) {
    stages += 1
    seconds += more
  }
}
