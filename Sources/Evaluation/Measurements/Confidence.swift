import Glibc
import Statistics

/// What is taken as a model's confidence in an answer that it gave; each in 0…1.
package enum Confidence: String, CaseIterable, Hashable, Sendable {
  /// exp of the mean log-probability of the answer's tokens, at temperature 1.
  case probability
  /// The share of the problem's samples that give the same answer; 0 for a sample without one.
  case vote
  /// 1 − H / log V: how far the mean entropy of the answer's tokens, at temperature 1, is from that of
  /// the uniform distribution over V tokens.
  case entropy

  var about: String {
    switch self {
    case .probability: "confidence exp(mean log p)"
    case .vote: "confidence by the share of equal answers"
    case .entropy: "confidence 1 - H / log V"
    }
  }

  func value(of sample: SampleOutcome, in vote: Vote, vocabulary: Int) -> Double {
    switch self {
    case .probability: min(1, exp(Double(sample.meanLogProbability)))
    case .vote: vote.share(of: sample.answer)
    // Clamped: the entropy of a nearly uniform distribution may round to more than the largest.
    case .entropy: min(1, max(0, 1 - Double(sample.meanEntropy) / log(Double(vocabulary))))
    }
  }

  var figures: [Figure<SampledAnswers>] {
    [
      Figure(
        "ece_\(rawValue)",
        "expected calibration error of sampled answers, \(Calibration.usualBins) bins of equal mass, "
          + about
      ) { Calibration.expectedError($0.judgements(of: self)) },
      Figure("brier_\(rawValue)", "Brier score of sampled answers, \(about)") {
        Calibration.brierScore($0.judgements(of: self))
      },
      Figure(
        "auroc_\(rawValue)",
        "chance that a right sampled answer has the higher confidence than a wrong one, \(about)"
      ) { Calibration.areaUnderROC($0.judgements(of: self)) },
    ]
  }
}

extension SampledAnswers {
  /// How sure each sample was, and whether it is right.
  func judgements(of confidence: Confidence) -> [Calibration.Judgement] {
    zip(result.outcomes, votes).flatMap { outcome, vote in
      outcome.samples.map {
        Calibration.Judgement(
          confidence: confidence.value(of: $0, in: vote, vocabulary: vocabulary),
          isRight: $0.answer == outcome.expected)
      }
    }
  }
}
