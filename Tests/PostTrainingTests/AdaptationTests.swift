import Artifacts
import Glibc
import Testing

@testable import PostTraining

@Suite("Settings that adapt themselves")
struct AdaptationTests {
  private func controller(
    _ target: Adaptation.Target, _ setting: Adaptation.Setting = .learningRate
  ) -> AdaptiveController {
    var adaptation = Adaptation()
    adaptation.target = target
    adaptation.setting = setting
    adaptation.entropyRate = 0.1
    adaptation.klBudget = 0.2
    adaptation.klBudgetSteps = 4
    adaptation.gain = 0.5
    return AdaptiveController(adaptation)
  }

  @Test("the entropy's rate")
  func entropyRate() {
    var controller = controller(.entropyRate)
    controller.observe(steps: 0, entropy: 2, divergence: nil)
    #expect(controller.factor == 1)
    // As wanted.
    controller.observe(steps: 1, entropy: 1.8, divergence: nil)
    #expect(abs(controller.factor - 1) < 1e-12)
    // No fall: the whole relative error.
    controller.observe(steps: 2, entropy: 1.8, divergence: nil)
    #expect(abs(controller.factor - exp(0.5)) < 1e-12)
    // Rising, or falling far too fast: no more than that.
    controller.observe(steps: 3, entropy: 3, divergence: nil)
    controller.observe(steps: 4, entropy: 0.1, divergence: nil)
    #expect(abs(controller.factor - exp(0.5)) < 1e-12)
    #expect(controller.factor(of: .learningRate) == controller.factor)
    #expect(controller.factor(of: .lossTemperature) == 1)
    // Without entropy there is no rate.
    let before = controller.factor
    controller.observe(steps: 5, entropy: 0, divergence: nil)
    controller.observe(steps: 6, entropy: 0, divergence: nil)
    #expect(controller.factor == before)
  }

  @Test("the budget of divergence, spent evenly and then held")
  func budget() {
    var controller = controller(.klBudget, .lossTemperature)
    controller.observe(steps: 0, entropy: 1, divergence: 0)
    #expect(controller.factor == 1)
    controller.observe(steps: 1, entropy: 1, divergence: 0.05)
    #expect(abs(controller.factor - 1) < 1e-12)
    controller.observe(steps: 2, entropy: 1, divergence: 0.05)
    #expect(abs(controller.factor - exp(0.25)) < 1e-12)
    controller.observe(steps: 8, entropy: 1, divergence: 0.3)
    #expect(abs(controller.factor - 1) < 1e-12)
    #expect(controller.factor(of: .learningRate) == 1)
    for step in 9..<30 { controller.observe(steps: step, entropy: 1, divergence: 5) }
    #expect(controller.factor == 1.0 / 32)
    for step in 30..<60 { controller.observe(steps: step, entropy: 1, divergence: 0) }
    #expect(controller.factor == 32)
  }

  @Test("an update that was shortened shortens the next where the learning rate is moved")
  func shortened() {
    var rate = controller(.klBudget)
    #expect([1, 2, 4, 5].map { rate.budget(after: $0) } == [0.05, 0.1, 0.2, 0.2])
    rate.shorten(by: 0.25)
    #expect(rate.factor == 0.25)
    // One that was left out halves it, once.
    rate.shorten(by: 0)
    #expect(rate.factor == 0.125)
    rate.shorten(by: 1.0 / 64)
    #expect(rate.factor == 1.0 / 32)
    var temperature = controller(.klBudget, .lossTemperature)
    temperature.shorten(by: 0.25)
    #expect(temperature.factor == 1)
    #expect(controller(.entropyRate).budget(after: 3) == nil)
  }

  @Test("kept states have all of it; without an adaptation they are as they were")
  func keptStates() throws {
    var controller = controller(.entropyRate)
    for (step, entropy) in [1.7, 1.3, 1.2].enumerated() {
      controller.observe(steps: step, entropy: entropy, divergence: nil)
    }
    let container = Safetensors(tensors: [], metadata: controller.metadata)
    let again = try AdaptiveController(
      controller.adaptation, container: try Safetensors(bytes: container.bytes))
    #expect(again == controller)
    #expect(AdaptiveController(Adaptation()).metadata == [:])
    #expect(throws: TrainingError.self) {
      try AdaptiveController(
        controller.adaptation, container: Safetensors(tensors: [], metadata: [:]))
    }
  }
}
