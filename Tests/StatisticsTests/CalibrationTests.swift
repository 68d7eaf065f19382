import Keys
import Testing

@testable import Statistics

@Suite struct CalibrationTests {
  @Test(arguments: try GoldenTests.load().calibration)
  func agrees(_ golden: GoldenTests.Calibrated) {
    let judgements = golden.judgements
    expectClose(Calibration.brierScore(judgements), golden.brier, "Brier")
    expectClose(Calibration.areaUnderROC(judgements), golden.auroc, "AUROC")
    for (bins, error) in golden.errors.sorted(by: { $0.key < $1.key }) {
      expectClose(
        Calibration.expectedError(judgements, bins: Int(bins) ?? 0), error, absolute: 1e-15,
        "ECE over \(bins) bins")
    }
  }

  @Test func nothingAndNoNumbers() {
    let nan = [
      Calibration.Judgement(confidence: .nan, isRight: true),
      Calibration.Judgement(confidence: 0.5, isRight: false),
    ]
    for judgements in [[], nan] {
      #expect(Calibration.expectedError(judgements) == nil)
      #expect(Calibration.brierScore(judgements) == nil)
      #expect(Calibration.areaUnderROC(judgements) == nil)
      #expect(Calibration.bins(judgements).isEmpty)
    }
    let infinite = [
      Calibration.Judgement(confidence: .infinity, isRight: true),
      Calibration.Judgement(confidence: 0.5, isRight: false),
    ]
    #expect(Calibration.areaUnderROC(infinite) == 1)
    #expect(Calibration.brierScore(infinite) == nil && Calibration.expectedError(infinite) == nil)
  }

  /// Bins of equal mass hold everything once; order does not matter, not even among ties.
  @Test func binsAndOrder() {
    let stream = RandomStream(seed: 2, purpose: RandomPurpose("test"))
    for round in 0..<100 {
      var generator = stream.generator(round)
      let judgements = (0..<(1 + generator.below(60))).map { _ in
        Calibration.Judgement(
          confidence: Double(generator.below(12)) / 11, isRight: generator.below(3) > 0)
      }
      let shuffled = judgements.shuffled(using: &generator)
      let bins = Calibration.bins(judgements, count: 7)
      #expect(bins == Calibration.bins(shuffled, count: 7))
      #expect(bins.reduce(0) { $0 + $1.count } == judgements.count)
      let sizes = bins.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      #expect(bins.map(\.meanConfidence) == bins.map(\.meanConfidence).sorted())
      let right = bins.reduce(0) { $0 + Double($1.count) * $1.accuracy }
      #expect((right - Double(judgements.count { $0.isRight })).magnitude < 1e-9)
      #expect(Calibration.brierScore(judgements) == Calibration.brierScore(shuffled))
      #expect(Calibration.areaUnderROC(judgements) == Calibration.areaUnderROC(shuffled))
      // More confidence for all alike changes no order.
      let raised = judgements.map {
        Calibration.Judgement(confidence: $0.confidence * 3 + 1, isRight: $0.isRight)
      }
      #expect(Calibration.areaUnderROC(judgements) == Calibration.areaUnderROC(raised))
    }
  }
}
