import Evaluation
import Grid
import PostTraining
import Problems

/// The parameters of a stage as the types that the engine takes. The planner has checked them
/// against the program's description, so whatever is missing or of another type here is an order
/// that no planner of this version made.
struct StageParameters {
  private let stage: Stage

  init(_ stage: Stage) {
    self.stage = stage
  }

  private func unusable(_ name: String) -> Failure {
    let value = stage.parameters[name].map { "is \($0)" } ?? "is missing"
    return Failure(
      reason: .protocolViolation,
      message: "the parameter \(name) of a stage \(stage.kind) \(value), which this worker cannot "
        + "use; are owner and worker of one version?")
  }

  func integer(_ name: String) throws(Failure) -> Int {
    guard let value = stage.parameters[name]?.integer else { throw unusable(name) }
    return value
  }

  func number(_ name: String) throws(Failure) -> Double {
    guard let value = stage.parameters[name]?.double else { throw unusable(name) }
    return value
  }

  func boolean(_ name: String) throws(Failure) -> Bool {
    guard let value = stage.parameters[name]?.boolean else { throw unusable(name) }
    return value
  }

  func seed(_ name: String) throws(Failure) -> UInt64 {
    guard let value = UInt64(exactly: try integer(name)) else { throw unusable(name) }
    return value
  }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(Failure) -> Choice {
    guard let word = stage.parameters[name]?.string, let value = Choice(rawValue: word) else {
      throw unusable(name)
    }
    return value
  }

  /// A choice that is left out where it is the default.
  private func choice<Choice: RawRepresentable<String>>(
    _ name: String, otherwise value: Choice
  ) throws(Failure) -> Choice {
    stage.parameters[name] == nil ? value : try choice(name)
  }

  /// A model that is never trained has no number of steps.
  func pretraining() throws(Failure) -> PretrainingSettings {
    let model: BuiltinModel = try choice("model")
    let domain = try corpus()
    let isTrained = stage.parameters["pretraining_steps"] != nil
    var settings = PretrainingSettings(
      configuration: model.configuration(for: domain), seed: try seed("model_seed"),
      steps: isTrained ? try integer("pretraining_steps") : 0)
    settings.domain = domain
    return settings
  }

  /// What the base model was pretrained on.
  func corpus() throws(Failure) -> Domain { try choice("corpus", otherwise: .arithmetic) }

  /// The problems to adapt on: where the corpus has one domain, that one.
  func adaptationDomain() throws(Failure) -> Domain {
    try choice("adaptation_domain", otherwise: try corpus())
  }

  /// The benchmarks to measure on: where the corpus has one domain, that one's.
  func evaluationDomain() throws(Failure) -> Domain {
    try choice("evaluation_domain", otherwise: try corpus())
  }

  func selection() throws(Failure) -> PromptSelection {
    var selection = PromptSelection()
    selection.candidates = try integer("selection_prompts")
    selection.samples = try integer("selection_samples")
    selection.temperature = try number("selection_temperature")
    selection.seed = try seed("selection_seed")
    selection.domain = try adaptationDomain()
    selection.rule = try choice("selection", otherwise: .variance)
    if selection.rule == .decile { selection.decile = try integer("selection_decile") }
    if selection.rule == .history { selection.checkpoints = try integer("selection_checkpoints") }
    selection.kind = try optional("selection_kind", choice)
    return selection
  }

  /// How many prompts entropy minimization trains on; one where the number is left out.
  func promptCount() throws(Failure) -> Int {
    stage.parameters["prompts"] == nil ? 1 : try integer("prompts")
  }

  func entropyMinimization() throws(Failure) -> EntropyMinimizationSettings {
    var settings = EntropyMinimizationSettings()
    settings.objective = try choice("objective")
    settings.temperature = try number("temperature")
    settings.topP = try number("top_p")
    settings.repetitionPenalty = try number("repetition_penalty")
    settings.maximumTokens = try integer("maximum_tokens")
    settings.batch = try integer("batch")
    settings.lossTemperature = try number("loss_temperature")
    settings.mask = try choice("mask")
    settings.accumulation = try integer("accumulation")
    settings.learningRate = try number("learning_rate")
    settings.weightDecay = try number("weight_decay")
    settings.clip = try number("clip")
    if let direction: MinimisedObjective.Direction = try optional("direction", choice) {
      settings.direction = direction
    }
    if settings.mask == .late { settings.lateFraction = try number("late_fraction") }
    if let floor = try optional("entropy_floor", number) { settings.entropyFloor = floor }
    if settings.objective == .sequenceProbability {
      settings.probabilitySmoothing = try number("probability_smoothing")
    }
    if let weight = try optional("em_kl_weight", number) { settings.divergenceWeight = weight }
    if let target: Adaptation.Target = try optional("adaptation", choice) {
      settings.adaptation = try adaptation(target)
    }
    return settings
  }

  /// What a stage lacks where it is at its default.
  private func optional<Value>(
    _ name: String, _ read: (String) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    stage.parameters[name] == nil ? nil : try read(name)
  }

  private func adaptation(_ target: Adaptation.Target) throws(Failure) -> Adaptation {
    var adaptation = Adaptation()
    adaptation.target = target
    adaptation.setting = try choice("adapted_setting")
    adaptation.gain = try number("adaptation_gain")
    switch target {
    case .none: break
    case .entropyRate: adaptation.entropyRate = try number("entropy_rate")
    case .klBudget:
      adaptation.klBudget = try number("kl_budget")
      adaptation.klBudgetSteps = try integer("kl_budget_steps")
    }
    return adaptation
  }

  /// Steps of the stage's method in earlier phases of a schedule.
  func earlierSteps() throws(Failure) -> Int {
    try optional(Schedule.earlierStepsName, integer) ?? 0
  }

  func supervisedTuning() throws(Failure) -> SupervisedTuningSettings {
    var settings = SupervisedTuningSettings()
    settings.batch = try integer("sft_batch")
    settings.learningRate = try number("sft_learning_rate")
    settings.weightDecay = try number("sft_weight_decay")
    settings.clip = try number("sft_clip")
    return settings
  }

  /// What decides nothing is missing: the bounds of ratios that are all 1.
  func grpo() throws(Failure) -> GRPOSettings {
    var settings = GRPOSettings()
    settings.promptsPerStep = try integer("prompts_per_step")
    settings.groupSize = try integer("group_size")
    settings.updatesPerBatch = try integer("updates_per_batch")
    settings.reward = try choice("reward")
    settings.temperature = try number("grpo_temperature")
    settings.topP = try number("grpo_top_p")
    settings.maximumTokens = try integer("grpo_maximum_tokens")
    if settings.updatesPerBatch > 1 {
      settings.clipLow = try number("clip_low")
      settings.clipHigh = try number("clip_high")
    }
    settings.divergenceWeight = try number("kl_weight")
    settings.lengthNormalisation = try choice("length_normalisation")
    settings.stdNormalisation = try boolean("std_normalisation")
    settings.learningRate = try number("grpo_learning_rate")
    settings.weightDecay = try number("grpo_weight_decay")
    settings.clip = try number("grpo_clip")
    return settings
  }

  /// The sets that a state is measured on.
  func evaluationSets() throws -> [ProblemSet] {
    try ProblemSet.benchmarks(
      split: try choice("evaluation_split"), count: try integer("evaluation_problems"),
      of: try evaluationDomain())
  }

  /// Of the measurement that samples several answers.
  func sampling() throws(Failure) -> EvaluationSettings {
    EvaluationSettings(
      temperature: try number("samples_temperature"),
      samples: try integer("samples_per_problem"), seed: try seed("measurement_seed"),
      maximumNewTokens: try integer("evaluation_tokens"))
  }

  /// Greedy answers are one a problem and need no seed, so the stage may lack both.
  func evaluation() throws(Failure) -> EvaluationSettings {
    let temperature = try number("evaluation_temperature")
    let sampled = temperature > 0
    return EvaluationSettings(
      temperature: temperature, samples: sampled ? try integer("evaluation_samples") : 1,
      seed: sampled ? try seed("evaluation_seed") : 0,
      maximumNewTokens: try integer("evaluation_tokens"))
  }
}
