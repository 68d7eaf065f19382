/// What the entries of a table show of their cells, under the names of the columns of `summary.csv`.
package enum ReportStatistic: String, Hashable, Sendable, Codable, CaseIterable {
  case mean, variance, std, stderr, skewness, min, q25, median, q75, max
}

/// Which entry of a column is the best one, to be set in bold.
package enum ReportBest: String, Hashable, Sendable, Codable, CaseIterable {
  case highest, lowest, none
}
