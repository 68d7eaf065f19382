import LanguageModel
import Testing

@testable import PostTraining

@Suite("Pretraining")
struct PretrainingTests {
  private var settings: PretrainingSettings {
    var settings = PretrainingSettings(configuration: smallConfiguration(), seed: 2, steps: 40)
    settings.warmUpSteps = 10
    settings.documentsPerStep = 8
    return settings
  }

  @Test("a pretraining that goes on from its checkpoint is the one that ran through, to the bit")
  func resume() throws {
    let through = Pretraining(settings)
    for _ in 0..<15 { try through.advance() }
    let checkpoint = through.serialized()
    while !through.isComplete { try through.advance() }

    let resumed = try Pretraining(settings, serialized: checkpoint)
    #expect(resumed.step == 15)
    while !resumed.isComplete { try resumed.advance() }
    #expect(resumed.serialized() == through.serialized())
    #expect(resumed.losses == through.losses)
    #expect(resumed.tokens == through.tokens)
    #expect(resumed.recentLoss == through.recentLoss)
  }

  @Test("it learns: the loss falls well below that of equal chances")
  func learns() throws {
    let training = Pretraining(settings)
    while !training.isComplete { try training.advance() }
    #expect(abs(training.losses[0] - 3.9) < 0.3)
    #expect(training.losses[39] < 3.3)
  }

  @Test("model seeds give other models")
  func seeds() throws {
    var other = settings
    other.seed = 3
    let one = Pretraining(settings)
    let two = Pretraining(other)
    try one.advance()
    try two.advance()
    #expect(one.losses != two.losses)
  }

  @Test("a checkpoint of another training does not open")
  func otherCheckpoint() throws {
    let checkpoint = Pretraining(settings).serialized()
    var other = settings
    other.configuration.width = 24
    #expect(throws: (any Error).self) { try Pretraining(other, serialized: checkpoint) }
    #expect(throws: (any Error).self) {
      try Pretraining(settings, serialized: Array(checkpoint.dropLast(9)))
    }
  }
}
