/// The distinct prefixes of a batch of samples: each prompt is a chain of rows, and what its samples
/// share is there once. A row is a token that something follows, so the last token of a sample has
/// none.
///
/// Rows are numbered level by level: the prompts one after the other, then the first tokens of all
/// samples, their second ones, and so on. Within a level they follow the order of their parents, and
/// below one parent that of the first sample that passes. So the numbering depends on the samples
/// alone, not on how the tree came about, and `parents` never points forward.
package struct SampleTree: Hashable, Sendable {
  /// One of the samples that the tree was made of.
  package struct Sample: Hashable, Sendable {
    /// Its prompt in `promptStarts`.
    package let prompt: Int
    /// Its new tokens.
    package fileprivate(set) var tokens: [Int32] = []
    /// For each of them the row of logits that predicts it.
    package fileprivate(set) var logitRows: [Int32] = []
  }

  package private(set) var samples: [Sample]
  /// The token of each row.
  package private(set) var tokens: [Int32] = []
  /// The row before each row on its path; −1 for the first of a prompt.
  package private(set) var parents: [Int32] = []
  /// Tokens before each row on its path.
  package private(set) var positions: [Int32] = []
  /// How many samples pass through each row.
  package private(set) var counts: [Int32] = []
  /// The first row of each prompt, and the end of the last one.
  package private(set) var promptStarts: [Int] = [0]
  /// The first row of each level after the prompts, and the end of the last one.
  package private(set) var levelStarts: [Int] = []
  /// The rows that have logits, ascending: the last one of each prompt, and all after the prompts.
  package private(set) var logitRows: [Int] = []
  /// Tokens of the longest path.
  private(set) var longest = 0

  /// The prompts, before anything is sampled.
  ///
  /// - Parameter promptOfSample: for each sample the index of its prompt.
  /// - Precondition: no prompt is empty.
  init(prompts: [[Int32]], promptOfSample: [Int]) {
    samples = promptOfSample.map { Sample(prompt: $0) }
    var passing = [Int32](repeating: 0, count: prompts.count)
    for prompt in promptOfSample { passing[prompt] += 1 }
    for (prompt, count) in zip(prompts, passing) {
      precondition(!prompt.isEmpty, "an empty prompt predicts nothing")
      for (position, token) in prompt.enumerated() {
        append(
          token, parent: position == 0 ? -1 : rowCount - 1, position: position, count: Int(count))
      }
      logitRows.append(rowCount - 1)
      promptStarts.append(rowCount)
    }
    levelStarts.append(rowCount)
  }

  package var rowCount: Int { tokens.count }
  package var promptCount: Int { promptStarts.count - 1 }

  /// The row of logits that predicts a sample's token at `position`, 0 for the first new one.
  package func row(sample: Int, position: Int) -> Int {
    Int(samples[sample].logitRows[position])
  }

  /// How many samples are different, those of different prompts included.
  package var distinctSamples: Int {
    struct End: Hashable {
      let prompt: Int
      let row: Int32
      let token: Int32
    }
    return Set(
      samples.map {
        End(prompt: $0.prompt, row: $0.logitRows.last ?? -1, token: $0.tokens.last ?? -1)
      }
    ).count
  }

  // MARK: Growing

  /// The row of logits of a row after the prompts.
  func logitRow(ofRow row: Int) -> Int { row - promptStarts[promptCount] + promptCount }

  /// Appends a row to the level that is being made.
  mutating func appendNode(_ token: Int32, parent: Int, count: Int) {
    logitRows.append(rowCount)
    append(token, parent: parent, position: Int(positions[parent]) + 1, count: count)
  }

  mutating func endLevel() { levelStarts.append(rowCount) }

  /// Gives a sample its tokens: those on the path to a row with logits, and a last one.
  mutating func complete(sample: Int, logitRow: Int, last: Int32) {
    let prompt = samples[sample].prompt
    let promptEnd = promptStarts[prompt + 1] - 1
    let end = logitRows[logitRow]
    let count = Int(positions[end] - positions[promptEnd]) + 1
    func fill<Value>(_ last: Value, _ value: (_ row: Int) -> Value) -> [Value] {
      Array(unsafeUninitializedCapacity: count) { buffer, initialized in
        var row = end
        for i in stride(from: count - 2, through: 0, by: -1) {
          buffer.initializeElement(at: i, to: value(row))
          row = Int(parents[row])
        }
        buffer.initializeElement(at: count - 1, to: last)
        initialized = count
      }
    }
    let newRows = promptStarts[promptCount]
    samples[sample].tokens = fill(last) { tokens[$0] }
    samples[sample].logitRows = fill(Int32(logitRow)) { row in
      let parent = Int(parents[row])
      return Int32(parent < newRows ? prompt : self.logitRow(ofRow: parent))
    }
  }

  private mutating func append(_ token: Int32, parent: Int, position: Int, count: Int) {
    tokens.append(token)
    parents.append(Int32(parent))
    positions.append(Int32(position))
    counts.append(Int32(count))
    longest = max(longest, position + 1)
  }
}
