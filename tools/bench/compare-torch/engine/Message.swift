/// A piece of work that compare.py asks for.
struct Request: Decodable {
  enum Work: String, Decodable {
    /// Makes the base model in `folder` unless it is there, and takes it.
    case base
    /// What the other side needs to do the same work: problems, prompts, documents.
    case problems
    /// The samples that the first step of entropy minimization draws.
    case samples
    case emStart = "em-start"
    case emStep = "em-step"
    /// The samples of a first step of GRPO on the selected prompt, and its gradient's norm.
    case grpoCheck = "grpo-check"
    case grpoStart = "grpo-start"
    case grpoStep = "grpo-step"
    case evaluate
    case pretrainingStart = "pretraining-start"
    case pretrainingStep = "pretraining-step"
    /// Makes the dense model, saves it in `folder`, and says its tokens.
    case dense
    case denseStep = "dense-step"
    /// Samples `count` sequences with the dense model.
    case sample
  }

  let `do`: Work
  var folder: String?
  var count: Int?
}

/// What was done: seconds of this process's processor time, and what the other side compares.
struct Answer: Encodable {
  var seconds: Double?
  var loss: Double?
  var value: Double?
  var prompt: [Int32]?
  var prompts: [[Int32]]?
  var answers: [Int]?
  var documents: [[Int32]]?
}
