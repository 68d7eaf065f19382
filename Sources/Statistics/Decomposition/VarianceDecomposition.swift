/// How much of the variance of a metric goes with each axis, the seed being one of them.
package struct VarianceDecomposition: Hashable, Sendable {
  /// The share of one axis.
  package struct Axis: Hashable, Sendable {
    /// Its sum of squares: by how much the residual sum of squares rises when the axis is left out of
    /// the additive model of all axes (type II).
    package let sumOfSquares: Double
    /// η², its part of the total sum of squares.
    package let share: Double
    /// The degrees of freedom that it adds to the others.
    package let degreesOfFreedom: Int
  }

  /// In the order of the axes given.
  package let axes: [Axis]
  /// Σ (x − x̄)².
  package let total: Double
  /// What the additive model leaves: interactions of the axes, and what no axis tells apart.
  package let residual: Double
  package let residualDegreesOfFreedom: Int
  /// Whether every combination of levels has the same number of runs. Then the shares are those of
  /// every type of sums of squares, and with that of the residual they sum to 1. Otherwise axes
  /// overlap, and the sum of their shares may be less or more.
  package let isBalanced: Bool

  /// The residual's part of the total sum of squares.
  package var residualShare: Double { residual / total }

  /// Decomposes the variance of `values`.
  ///
  /// The model is additive: a mean and one effect for each level of each axis. The sums of squares are
  /// of type II (`statsmodels.stats.anova.anova_lm(typ=2)` without interactions); for balanced data the
  /// axis' Σ n_l (x̄_l − x̄)².
  ///
  /// `nil` for n < 2, without spread, with a NaN or an infinity among the values. An axis of one level
  /// has share 0, and so has one that the others determine.
  ///
  /// - Parameter levels: for each axis the number of every value's level, from 0.
  /// - Precondition: every axis has as many levels as there are values.
  /// - Complexity: O(n a² + a L³) with a axes and L levels together.
  package init?(_ values: [Double], levels: [[Int]]) {
    precondition(levels.allSatisfy { $0.count == values.count }, "a level for each value")
    guard let moments = CentralMoments(of: values), moments.count >= 2, moments.hasSpread
    else { return nil }
    // In units of the standard deviation, where the total is n.
    let unit = moments.scaledSquare.squareRoot()
    let response = values.map { moments.deviation(of: $0) / unit }
    let sum = Double(values.count)
    let design = AdditiveDesign(levels, response: response)
    let full = design.explained(without: nil)
    let parts = levels.indices.map { axis in
      let rest = design.explained(without: axis)
      return (max(0, full.sum - rest.sum), full.rank - rest.rank)
    }
    let square = moments.variance * Double(moments.count - 1)
    guard square.isFinite, square > 0 else { return nil }
    axes = parts.map {
      Axis(sumOfSquares: $0.0 / sum * square, share: $0.0 / sum, degreesOfFreedom: $0.1)
    }
    total = square
    residual = max(0, sum - full.sum) / sum * square
    residualDegreesOfFreedom = values.count - 1 - full.rank
    isBalanced = design.isBalanced
  }
}
