import Testing

@testable import PostTraining

@Suite struct LearningRateScheduleTests {
  @Test func constantStaysWhatItIs() {
    let schedule = LearningRateSchedule.constant(5e-4)
    #expect([1, 2, 100_000].allSatisfy { schedule.rate(step: $0) == 5e-4 })
  }

  @Test func warmUpReachesThePeakAtItsLastStep() {
    let schedule = LearningRateSchedule(peak: 2, warmUpSteps: 4)
    #expect((1...6).map { schedule.rate(step: $0) } == [0.5, 1, 1.5, 2, 2, 2])
  }

  @Test func fallsLinearlyOverTheLastShare() {
    let schedule = LearningRateSchedule(peak: 1, fallingShare: 0.4, totalSteps: 10)
    #expect((1...10).map { schedule.rate(step: $0) } == [1, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25])
  }

  @Test func theStudysScheduleWarmsUpAndFalls() {
    let settings = PretrainingSettings(
      configuration: smallConfiguration(), seed: 0, steps: 3500)
    let rates = (1...3500).map { settings.schedule.rate(step: $0) }
    #expect(rates.max() == 5e-3)
    #expect(rates[0] == 5e-5)
    #expect(rates[99] == 5e-3)
    #expect(rates[2100] == 5e-3)
    #expect(rates[2101] < 5e-3)
    #expect(abs(rates[3499] - 5e-3 / 1400) < 1e-18)
  }
}
