/// A tree that grows level by level: the one place that decides which rows there are and how they
/// are numbered, whether tokens are being drawn or known.
struct TreeGrowth {
  /// A distinct prefix that some samples have and go on from.
  struct Node {
    let row: Int
    let logitRow: Int
    /// Its parent's place in the frontier before; −1 at a prompt.
    let parent: Int
    /// How many nodes its parent has below it, and which of them this is.
    let siblings: Int
    let place: Int
    /// Its samples in `members`.
    let samples: Range<Int>
  }

  private(set) var tree: SampleTree
  /// The prefixes whose next tokens are wanted, in the order of their rows.
  private(set) var frontier: [Node] = []
  /// Samples, those of each node of the frontier together and ascending.
  private(set) var members: [Int] = []

  /// The frontier is that of the prompts that have samples, in order.
  init(prompts: [[Int32]], promptOfSample: [Int]) {
    tree = SampleTree(prompts: prompts, promptOfSample: promptOfSample)
    var samplesOfPrompt = [[Int]](repeating: [], count: prompts.count)
    for (sample, prompt) in promptOfSample.enumerated() { samplesOfPrompt[prompt].append(sample) }
    for (prompt, samples) in samplesOfPrompt.enumerated() where !samples.isEmpty {
      let start = members.count
      members.append(contentsOf: samples)
      frontier.append(
        Node(
          row: tree.promptStarts[prompt + 1] - 1, logitRow: prompt, parent: -1, siblings: 1,
          place: 0, samples: start..<members.count))
    }
  }

  /// Asks each sample of the frontier for its next token, in the order of `members`, and makes of
  /// those that go on the next level, which becomes the frontier.
  ///
  /// - Parameter next: for a place in the frontier and a sample, the token and whether the sample
  ///   goes on after it; nil if the sample has no further token.
  mutating func grow(_ next: (_ place: Int, _ sample: Int) -> (token: Int32, goesOn: Bool)?) {
    let parents = frontier
    let before = members
    frontier.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
    // Of one parent: the tokens that lead on, and for each sample which of them it takes.
    var tokens: [Int32] = []
    var sizes: [Int] = []
    var taken: [(sample: Int, child: Int)] = []
    for (place, parent) in parents.enumerated() {
      tokens.removeAll(keepingCapacity: true)
      sizes.removeAll(keepingCapacity: true)
      taken.removeAll(keepingCapacity: true)
      for sample in before[parent.samples] {
        guard let (token, goesOn) = next(place, sample) else { continue }
        tree.note(token, sample: sample, logitRow: parent.logitRow)
        guard goesOn else { continue }
        if let child = tokens.firstIndex(of: token) {
          sizes[child] += 1
          taken.append((sample, child))
        } else {
          taken.append((sample, tokens.count))
          tokens.append(token)
          sizes.append(1)
        }
      }
      for (child, token) in tokens.enumerated() {
        let start = members.count
        for (sample, its) in taken where its == child { members.append(sample) }
        frontier.append(
          Node(
            row: tree.rowCount, logitRow: tree.logitRow(ofRow: tree.rowCount), parent: place,
            siblings: tokens.count, place: child, samples: start..<members.count))
        tree.appendNode(token, parent: parent.row, count: sizes[child])
      }
    }
    if !frontier.isEmpty { tree.endLevel() }
  }
}

extension SampleTree {
  /// The tree of given samples.
  ///
  /// - Parameter samples: for each sample the index of its prompt and its new tokens; equal ones
  ///   count as often as they occur.
  /// - Precondition: no prompt is empty.
  /// - Complexity: O(number of tokens × distinct tokens after a prefix).
  package init(prompts: [[Int32]], samples: [(prompt: Int, tokens: [Int32])]) {
    var growth = TreeGrowth(prompts: prompts, promptOfSample: samples.map(\.prompt))
    var position = 0
    while !growth.frontier.isEmpty {
      growth.grow { _, sample in
        let tokens = samples[sample].tokens
        guard position < tokens.count else { return nil }
        return (tokens[position], position + 1 < tokens.count)
      }
      position += 1
    }
    self = growth.tree
  }
}
