import Keys

/// What single problems of an evaluation came to, for runs and one metric that is a weighted mean over
/// problems. Where such scores are at hand, a verdict covers the choice of the problems too.
package struct ProblemScores: Sendable {
  /// A set of problems that were drawn together.
  package struct Stratum: Hashable, Sendable {
    package let name: String
    package let count: Int
    /// What the mean of the set counts in the metric; over all sets the weights add up to 1.
    package let weight: Double

    package init(name: String, count: Int, weight: Double) {
      self.name = name
      self.count = count
      self.weight = weight
    }
  }

  /// The problems of an evaluation. Runs can be compared problem by problem if it is the same.
  package struct Layout: Hashable, Sendable {
    package let strata: [Stratum]
    /// Stands for the problems themselves, in their order.
    package let problems: Digest

    package init(strata: [Stratum], problems: Digest) {
      self.strata = strata
      self.problems = problems
    }
  }

  /// The scores of one run, stratum by stratum.
  package struct Row: Sendable {
    package let layout: Layout
    package let scores: [Double]

    /// - Precondition: one score for each problem of the layout.
    package init(layout: Layout, scores: [Double]) {
      precondition(scores.count == layout.strata.reduce(0) { $0 + $1.count }, "another layout")
      self.layout = layout
      self.scores = scores
    }

    /// The metric that follows: the weighted mean of the means of the sets.
    package var mean: Double {
      var start = 0
      return layout.strata.reduce(0) { sum, stratum in
        let scores = scores[start..<(start + stratum.count)]
        start += stratum.count
        return sum + stratum.weight * (scores.reduce(0, +) / Double(stratum.count))
      }
    }
  }

  /// By the number of the run. A metric that the scores of a run do not add up to has no row.
  package var rows: [Int: Row]
  /// Runs that had outcomes which are gone or damaged.
  package var lost: Set<Int>

  package init(rows: [Int: Row] = [:], lost: Set<Int> = []) {
    self.rows = rows
    self.lost = lost
  }
}
