import Grid
import Keys

extension SQLRow {
  /// - Throws: `RowDamage` when the column does not hold what it must.
  func stageState(_ column: Int32) throws -> StageState {
    guard let state = StageState(rawValue: int(column)) else {
      throw RowDamage("a stage has the state \(int(column))")
    }
    return state
  }

  func stageKey(_ column: Int32) throws -> StageKey {
    guard let digest = digest(column) else { throw RowDamage("a stage's key is not 32 bytes long") }
    return StageKey(digest)
  }

  func runID(_ column: Int32) throws -> RunID {
    guard let id = RunID(text(column)) else { throw RowDamage("“\(text(column))” is no run's id") }
    return id
  }

  func metrics(_ column: Int32) throws -> [String: Double] {
    guard let members = FlatJSON.numbers(text(column)) else {
      throw RowDamage("metrics are not an object of numbers: \(text(column).prefix(60))")
    }
    return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }
}
