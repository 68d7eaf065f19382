import GRDB
import Grid
import Keys

/// Puts runs together from their rows and those of their stages, each held against its checksum.
///
/// Neighbours share stages and axis values: what was read last is kept.
final class RunPieces {
  private struct Piece {
    let key: StageKey
    let state: StageState
    let job: JobID
    /// Of a stage that is done.
    let metrics: [String: Double]
  }

  private let running: Set<JobID>
  private let finder: RowFinder
  private var known: [Int64: Piece] = [:]
  private static let limit = 512

  init(_ db: Database, running: Set<JobID>) throws {
    self.running = running
    finder = try RowFinder(
      db,
      """
      SELECT s.key, s.state, s.job_id, t.metrics, t.checksum
      FROM stage s LEFT JOIN result t ON t.stage_id = s.id WHERE s.id = ?
      """)
  }

  /// - Parameter row: `run`, `position`, `axis_values`, `stages` and `checksum`.
  func record(_ row: SQLRow) throws -> RunRecord {
    let id = try row.runID(0)
    let axisText = row.text(2)
    var hashed = Array(id.text.utf8)
    hashed += axisText.utf8
    var state = RunStateBuilder()
    var metrics: [String: Double] = [:]
    for stage in try Self.numbers(row.text(3)) {
      let piece = try piece(stage)
      piece.key.digest.withBytes { hashed += $0 }
      state.add(piece.state, isRunning: running.contains(piece.job))
      if metrics.isEmpty { metrics = piece.metrics } else { metrics.merge(piece.metrics) { $1 } }
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
    let piece = try finder.row(stage) { row in
      let key = try row.stageKey(0)
      let state = try row.stageState(1)
      guard row.isNull(3) == (state != .done) else {
        throw RowDamage("the stage \(key.short) is done without a result, or has one and is not")
      }
      if state == .done, row.integer(4) != Checksum.result(of: key, metrics: row.text(3)) {
        throw RowDamage("the result of stage \(key.short) is not what was recorded")
      }
      return Piece(
        key: key, state: state, job: row.job(2), metrics: state == .done ? try row.metrics(3) : [:])
    }
    guard let piece else { throw RowDamage("stage \(stage) is missing") }
    if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
    known[stage] = piece
    return piece
  }

  /// The numbers of a JSON array.
  static func numbers(_ text: String) throws -> [Int64] {
    var numbers: [Int64] = []
    var number: Int64?
    for byte in text.utf8 {
      if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        number = (number ?? 0) &* 10 &+ Int64(byte - UInt8(ascii: "0"))
      } else if let ended = number {
        numbers.append(ended)
        number = nil
      }
    }
    if numbers.isEmpty { throw RowDamage("a run has no stage") }
    return numbers
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
