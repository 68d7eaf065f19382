/// How much is to be done of a grid.
package struct OpenWork: Hashable, Sendable {
  /// Jobs that are to be done, and their stages that are not.
  package var jobs = 0
  package var stages = 0
  /// Jobs that failed for good in an earlier session, which are tried again only after a `retry`.
  package var failedJobs = 0
}
