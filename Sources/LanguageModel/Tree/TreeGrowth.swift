/// A tree that grows level by level: the one place that decides which rows there are and how they
/// are numbered, whether tokens are being drawn or known.
struct TreeGrowth {
  /// A distinct prefix that some samples have and go on from.
  struct Node {
    let row: Int
    let logitRow: Int
    /// Its parent's place in the frontier before; −1 at a prompt.
    let parent: Int
    /// Its samples in `members`.
    let samples: Range<Int>
  }

  private(set) var tree: SampleTree
  /// The prefixes whose next tokens are wanted, in the order of their rows.
  private(set) var frontier: [Node] = []
  /// Samples, those of each node of the frontier together and ascending.
  private(set) var members: [Int] = []
  /// Samples that the last growth completed: the place of the prefix, and the token after it.
  private(set) var ends: [(sample: Int, place: Int, token: Int32)] = []
  // Of one node: the tokens that lead on from it, and for each sample which of them it takes.
  private var tokens: [Int32] = []
  private var taken: [(sample: Int, child: Int)] = []

  /// The frontier is that of the prompts that samples go on from, in order.
  init(prompts: [[Int32]], promptOfSample: [Int], goesOn: (_ sample: Int) -> Bool) {
    tree = SampleTree(prompts: prompts, promptOfSample: promptOfSample)
    var samplesOfPrompt = [[Int]](repeating: [], count: prompts.count)
    for (sample, prompt) in promptOfSample.enumerated() where goesOn(sample) {
      samplesOfPrompt[prompt].append(sample)
    }
    for (prompt, samples) in samplesOfPrompt.enumerated() where !samples.isEmpty {
      let start = members.count
      members.append(contentsOf: samples)
      frontier.append(
        Node(
          row: tree.promptStarts[prompt + 1] - 1, logitRow: prompt, parent: -1,
          samples: start..<members.count))
    }
  }

  /// What comes after a prefix in one of its samples.
  struct Next {
    let token: Int32
    /// Whether the sample has a further token after it.
    let goesOn: Bool
  }

  /// Asks the frontier for its next tokens and makes of those that samples go on from the next
  /// level, which becomes the frontier.
  ///
  /// - Parameters:
  ///   - common: for a place in the frontier, what comes next in all of its samples, if that is known
  ///     to be the same.
  ///   - next: otherwise, for a place and a sample, in the order of `members`.
  mutating func grow(
    common: (_ place: Int) -> Next?, next: (_ place: Int, _ sample: Int) -> Next
  ) {
    let parents = frontier
    let before = members
    frontier.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    for (place, parent) in parents.enumerated() {
      if let common = common(place) {
        let samples = before[parent.samples]
        if common.goesOn {
          members.append(contentsOf: samples)
          addNode(common.token, place, parent, count: samples.count)
        } else {
          for sample in samples {
            complete(sample, place, parent, common.token)
          }
        }
        continue
      }
      tokens.removeAll(keepingCapacity: true)
      taken.removeAll(keepingCapacity: true)
      for sample in before[parent.samples] {
        let next = next(place, sample)
        guard next.goesOn else {
          complete(sample, place, parent, next.token)
          continue
        }
        let child = tokens.firstIndex(of: next.token) ?? tokens.count
        if child == tokens.count { tokens.append(next.token) }
        taken.append((sample, child))
      }
      for (child, token) in tokens.enumerated() {
        let start = members.count
        for (sample, its) in taken where its == child { members.append(sample) }
        addNode(token, place, parent, count: members.count - start)
      }
    }
    if !frontier.isEmpty { tree.endLevel() }
  }

  private mutating func complete(_ sample: Int, _ place: Int, _ parent: Node, _ token: Int32) {
    tree.complete(sample: sample, logitRow: parent.logitRow, last: token)
    ends.append((sample, place, token))
  }

  /// Appends a node with the last `count` members.
  private mutating func addNode(
    _ token: Int32, _ place: Int, _ parent: Node, count: Int
  ) {
    frontier.append(
      Node(
        row: tree.rowCount, logitRow: tree.logitRow(ofRow: tree.rowCount), parent: place,
        samples: members.count - count..<members.count))
    tree.appendNode(token, parent: parent.row, count: count)
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
    var growth = TreeGrowth(prompts: prompts, promptOfSample: samples.map(\.prompt)) {
      !samples[$0].tokens.isEmpty
    }
    var position = 0
    while !growth.frontier.isEmpty {
      growth.grow(
        common: { _ in nil },
        next: { _, sample in
          let tokens = samples[sample].tokens
          return TreeGrowth.Next(token: tokens[position], goesOn: position + 1 < tokens.count)
        })
      position += 1
    }
    self = growth.tree
  }
}
