import GRDB
import Grid
import Keys

/// The measured stages of a run as its row names them: a JSON array of row numbers.
enum RunStages {
  /// - Throws: `RowDamage` when there is none, and what `body` throws.
  static func forEach(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Int64) throws -> Void
  ) throws {
    var number: Int64 = 0
    var isEmpty = true
    for byte in text {
      if byte &- UInt8(ascii: "0") <= 9 {
        number = number &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
      } else if number > 0 {
        try body(number)
        number = 0
        isEmpty = false
      }
    }
    if isEmpty { throw RowDamage("a run has no stage") }
  }
}

/// Looks up measured stages, their results held against their checksums.
struct RunStageFinder {
  struct Found<Metrics> {
    let key: StageKey
    let state: StageState
    let job: JobID
    /// Of a stage that is done.
    let metrics: Metrics?
  }

  private let rows: RowScan

  init(_ db: Database) throws {
    rows = try RowScan(
      db,
      """
      SELECT s.id, s.key, s.state, s.job_id, t.metrics, t.checksum
      FROM stage s LEFT JOIN result t ON t.stage_id = s.id WHERE s.id >= ? ORDER BY s.id
      """)
  }

  /// - Parameter read: reads an object of numbers; `nil` when the text is not one.
  /// - Throws: `RowDamage` when stage or result are not what was recorded.
  func stage<Metrics>(
    _ id: Int64, metrics read: (UnsafeBufferPointer<UInt8>) -> Metrics?
  ) throws -> Found<Metrics> {
    let found = try rows.row(id) { row in
      let key = try row.stageKey(1)
      let state = try row.stageState(2)
      guard row.isNull(4) == (state != .done) else {
        throw RowDamage("the stage \(key.short) is done without a result, or has one and is not")
      }
      guard state == .done else {
        return Found<Metrics>(key: key, state: state, job: row.job(3), metrics: nil)
      }
      return try row.withText(4) { text in
        guard row.integer(5) == Checksum.result(of: key, metrics: text) else {
          throw RowDamage("the result of stage \(key.short) is not what was recorded")
        }
        guard let metrics = read(text) else {
          throw RowDamage("the metrics of stage \(key.short) are not an object of numbers")
        }
        return Found(key: key, state: state, job: row.job(3), metrics: metrics)
      }
    }
    guard let found else { throw RowDamage("stage \(id) is missing") }
    return found
  }
}
