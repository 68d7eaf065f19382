import Keys

/// Where a report's results come from.
package struct ReportOrigin: Hashable, Sendable {
  /// One combination of build and machine kind, and how many results came from there.
  package struct Source: Hashable, Sendable {
    package let description: String
    package let results: Int

    package init(description: String, results: Int) {
      self.description = description
      self.results = results
    }
  }

  package let gridHash: Digest
  /// The commit of the program that made the report, where known.
  package let commit: String?
  package let sources: [Source]
  /// What went wrong, one sentence for each kind of failure.
  package let failures: [String]

  /// The commit that fixed the claims: the last one that changed the grid file, where known.
  package let claimsCommit: String?
  /// When the last result was completed, where known; never the time of the report.
  package let date: String?
  /// Which shares of the grid the results are, one sentence each, and what is missing of the others;
  /// empty for a grid that was run whole.
  package let shards: [String]

  package init(
    gridHash: Digest, commit: String?, sources: [Source], failures: [String],
    claimsCommit: String? = nil, shards: [String] = [], date: String? = nil
  ) {
    self.gridHash = gridHash
    self.commit = commit
    self.claimsCommit = claimsCommit
    self.date = date
    self.shards = shards
    self.sources = sources
    self.failures = failures
  }
}
