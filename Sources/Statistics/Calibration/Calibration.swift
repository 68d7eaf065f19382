/// How well confidences agree with what came true.
package enum Calibration {
  /// One answer: how sure, and whether right.
  package struct Judgement: Hashable, Sendable {
    /// Usually a probability; only AUROC takes any scale.
    package let confidence: Double
    package let isRight: Bool

    package init(confidence: Double, isRight: Bool) {
      self.confidence = confidence
      self.isRight = isRight
    }
  }

  /// The answers of one bin: a point of a reliability diagram.
  package struct Bin: Hashable, Sendable {
    package let count: Int
    package let meanConfidence: Double
    /// The share of right answers.
    package let accuracy: Double
  }

  /// The bins that the expected calibration error is taken over where nothing else is said.
  package static let usualBins = 15

  /// Bins of equal mass: the answers in ascending order of confidence, cut into `count` runs whose
  /// sizes differ by at most one, larger ones first (numpy's `array_split`); with fewer answers than
  /// that, one bin for each. Answers of equal confidence all count as their common share of right ones,
  /// so that no order among them matters where a cut falls between them.
  ///
  /// Empty for n = 0 and with a NaN or an infinity among the confidences.
  ///
  /// - Precondition: `count >= 1`.
  /// - Complexity: O(n log n).
  package static func bins(_ judgements: [Judgement], count: Int = usualBins) -> [Bin] {
    precondition(count >= 1, "\(count) bins")
    guard judgements.allSatisfy(\.confidence.isFinite) else { return [] }
    let n = judgements.count
    let runs = tieRuns(judgements)
    let wanted = min(count, n)
    var bins: [Bin] = []
    var run = 0
    var takenOfRun = 0
    for bin in 0..<wanted {
      let size = n / wanted + (bin < n % wanted ? 1 : 0)
      var left = size
      var confidence = CompensatedSum()
      var right = CompensatedSum()
      while left > 0 {
        let share = min(left, runs[run].count - takenOfRun)
        confidence.add(Double(share) * runs[run].confidence)
        right.add(Double(share) * Double(runs[run].right) / Double(runs[run].count))
        left -= share
        takenOfRun += share
        if takenOfRun == runs[run].count {
          run += 1
          takenOfRun = 0
        }
      }
      bins.append(
        Bin(
          count: size, meanConfidence: confidence.value / Double(size),
          accuracy: right.value / Double(size)))
    }
    return bins
  }

  /// The expected calibration error over bins of equal mass: Σ (bin's n / n) |accuracy − mean
  /// confidence| (Naeini, Cooper and Hauskrecht, AAAI 2015, with equal-mass bins as in Nixon et al.,
  /// CVPR workshops 2019). State the number of bins beside it: the figure depends on it.
  ///
  /// `nil` for n = 0 and with a NaN or an infinity among the confidences. With n = 1 it is
  /// |outcome − confidence|; with all confidences equal |accuracy − confidence|, however many bins.
  ///
  /// - Precondition: `bins >= 1`.
  /// - Complexity: O(n log n).
  package static func expectedError(
    _ judgements: [Judgement], bins count: Int = usualBins
  ) -> Double? {
    let bins = bins(judgements, count: count)
    guard !bins.isEmpty else { return nil }
    return CompensatedSum.of(
      bins.map { Double($0.count) * ($0.accuracy - $0.meanConfidence).magnitude })
      / Double(judgements.count)
  }

  /// The Brier score, the mean of (confidence − outcome)², the outcome being 1 or 0 (Brier, Monthly
  /// Weather Review 78 (1950) 1–3; `sklearn.metrics.brier_score_loss`).
  ///
  /// `nil` for n = 0 and with a NaN or an infinity among the confidences.
  ///
  /// - Complexity: O(n log n): sorted first, so that the order makes no difference.
  package static func brierScore(_ judgements: [Judgement]) -> Double? {
    guard !judgements.isEmpty, judgements.allSatisfy(\.confidence.isFinite) else { return nil }
    let squares = judgements.map { judgement in
      let error = judgement.confidence - (judgement.isRight ? 1 : 0)
      return error * error
    }
    return (CompensatedSum.of(squares.sorted()) / Double(judgements.count)).ifFinite
  }

  /// The area under the ROC curve: the probability that a right answer was given with more confidence
  /// than a wrong one, equal confidences counting half (Hanley and McNeil, Radiology 143 (1982) 29–36;
  /// `sklearn.metrics.roc_auc_score`).
  ///
  /// `nil` unless there are right and wrong answers (so for n = 0 and 1), and with a NaN among the
  /// confidences; infinities are ordered like any numbers. All equal: 1/2.
  ///
  /// - Complexity: O(n log n).
  package static func areaUnderROC(_ judgements: [Judgement]) -> Double? {
    guard !judgements.contains(where: \.confidence.isNaN) else { return nil }
    // Twice the pairs won, so that ties are integers.
    var won = 0
    var wrongBelow = 0
    var right = 0
    for run in tieRuns(judgements) {
      let wrong = run.count - run.right
      won += run.right * (2 * wrongBelow + wrong)
      wrongBelow += wrong
      right += run.right
    }
    guard right > 0, wrongBelow > 0 else { return nil }
    return Double(won) / (2 * Double(right) * Double(wrongBelow))
  }

  /// The answers in ascending order of confidence, those of equal confidence together.
  private static func tieRuns(
    _ judgements: [Judgement]
  ) -> [(confidence: Double, count: Int, right: Int)] {
    var runs: [(confidence: Double, count: Int, right: Int)] = []
    for judgement in judgements.sorted(by: { $0.confidence < $1.confidence }) {
      if runs.last?.confidence != judgement.confidence { runs.append((judgement.confidence, 0, 0)) }
      runs[runs.count - 1].count += 1
      runs[runs.count - 1].right += judgement.isRight ? 1 : 0
    }
    return runs
  }
}
