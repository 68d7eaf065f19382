/// Version 6: the specification of a grid may hold the values of an axis as a series (`ValueSeries`).
///
/// No row changes: the points of earlier specifications are read as they are. The number keeps programs
/// that know no series from taking such a table for damaged.
enum SchemaVersion6 {
  static let migration = "SELECT 1"
}
