import GRDB
import Grid
import Keys

/// Puts runs together from their rows and those of their stages, each held against its checksum.
///
/// Neighbours share stages and axis values: what was read last is kept.
final class RunPieces {
  private typealias Piece = RunStageFinder.Found<[String: Double]>

  private let running: Set<JobID>
  private let finder: RunStageFinder
  private var known: [Int64: Piece] = [:]
  private static let limit = 512

  init(_ db: Database, running: Set<JobID>) throws {
    self.running = running
    finder = try RunStageFinder(db)
  }

  /// - Parameter row: `run`, `position`, `axis_values`, `stages` and `checksum`.
  func record(_ row: SQLRow) throws -> RunRecord {
    let id = try row.runID(0)
    let axisText = row.text(2)
    var hashed = Array(id.text.utf8)
    hashed += axisText.utf8
    var state = RunStateBuilder()
    var metrics: [String: Double] = [:]
    try row.withText(3) { text in
      try RunStages.forEach(in: text) { stage in
        let piece = try piece(stage)
        piece.key.digest.withBytes { hashed += $0 }
        state.add(piece.state, isRunning: running.contains(piece.job))
        let own = piece.metrics ?? [:]
        if metrics.isEmpty { metrics = own } else { metrics.merge(own) { $1 } }
      }
    }
    guard row.integer(4) == Checksum.of(hashed) else {
      throw RowDamage("run \(id) is not what was recorded")
    }
    guard let values = FlatJSON.array(axisText) else {
      throw RowDamage("the axis values of run \(id) are not a JSON array")
    }
    return RunRecord(
      id: id, index: row.int(1), axisValues: values, state: state.state, metrics: metrics)
  }

  private func piece(_ stage: Int64) throws -> Piece {
    if let piece = known[stage] { return piece }
    let piece = try finder.stage(stage) { text in
      FlatJSON.numbers(String(decoding: text, as: UTF8.self)).map { members in
        Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
      }
    }
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    known[stage] = piece
    return piece
  }
}

/// A run's parameters, put together again.
enum RunParameters {
  /// The text of one canonical JSON object.
  ///
  /// - Parameters:
  ///   - frame: the parameters that the runs of its block share.
  ///   - columns: for each axis the parameter whose value stands in it, or an empty name.
  ///   - own: what neither of them gives.
  static func text(
    frame: String, columns: String, axisValues: String, own: String?
  ) throws -> String {
    guard var members = FlatJSON.object(frame), let names = FlatJSON.array(columns),
      let values = FlatJSON.array(axisValues), let rest = FlatJSON.object(own ?? "{}")
    else { throw RowDamage("the parameters of a run are not JSON objects") }
    for (name, value) in zip(names, values) {
      if let name = name.string, !name.isEmpty { members.append((name, value)) }
    }
    let all = Dictionary(
      (members + rest).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    return all.canonical.text
  }
}
