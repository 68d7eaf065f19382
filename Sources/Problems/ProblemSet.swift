import Keys

/// One of the benchmarks: four of arithmetic, as in the paper, and one of logic.
package enum Benchmark: String, CaseIterable, Hashable, Sendable {
  case mixed, words, hard, easy, logic

  /// One sentence for listings.
  package var about: String {
    switch self {
    case .mixed: "all kinds of arithmetic, in the corpus's shares"
    case .words: "word problems and joint variation"
    case .hard: "sums of three digits, remainders and joint variation"
    case .easy: "sums and differences of two digits"
    case .logic: "knights and knaves with two and three people"
    }
  }

  /// The kinds of its problems with their weights.
  package var kinds: [(kind: ProblemKind, weight: Int)] {
    switch self {
    case .mixed: Domain.arithmetic.kinds
    case .words: [(.word, 1), (.joint, 1)]
    case .hard: [(.add3, 1), (.mod, 1), (.joint, 1)]
    case .easy: [(.add2, 1), (.sub2, 1)]
    case .logic: [(.knights2, 1), (.knights3, 2)]
    }
  }

  /// The share of a kind among the benchmark's problems, in 300ths.
  private func share(of kind: ProblemKind) -> Int {
    let total = kinds.reduce(0) { $0 + $1.weight }
    return kinds.reduce(0) { $0 + ($1.kind == kind ? $1.weight * 300 / total : 0) }
  }

  /// The benchmark to which a question belongs, within its split: another part of its hash deals the
  /// questions of a kind to the benchmarks that have the kind, in proportion to what each needs. So
  /// the four are disjoint.
  static func holding(_ question: Question) -> Benchmark {
    let shares = allCases.map { $0.share(of: question.kind) }
    var rest = Int(question.hash64 / 100 % UInt64(shares.reduce(0, +)))
    for (benchmark, share) in zip(allCases, shares) {
      rest -= share
      if rest < 0 { return benchmark }
    }
    preconditionFailure("no benchmark has the kind \(question.kind)")
  }
}

/// Distinct problems of one split, in a fixed order. A longer set begins with the shorter one, so
/// growing a benchmark keeps what was measured.
package struct ProblemSet: Hashable, Sendable {
  package let name: String
  package let problems: [Problem]

  /// The seed of the benchmark and development sets. Part of their definition: with another one
  /// they would be other sets.
  package static let benchmarkSeed: UInt64 = 0
  /// The largest benchmark: every kind has enough distinct problems in each split for it.
  package static let longestBenchmark = 256
  /// The largest set of adaptation prompts.
  package static let longestAdaptation = 1024
  /// The largest set of adaptation prompts of one kind: each kind has more distinct problems than this
  /// in the split.
  package static let longestOfOneKind = 256
  /// A thousand times the draws that the rarest problem takes: reached only if the limits on the
  /// lengths of sets are wrong.
  private static let mostDraws = 1_000_000

  /// The first `count` problems of a benchmark.
  ///
  /// - Parameter split: `.benchmark` for reported figures, `.development` for choosing settings.
  /// - Throws: `ProblemSetError` for a count that is not in `1...longestBenchmark`.
  package static func benchmark(
    _ benchmark: Benchmark, split: Split, count: Int
  ) throws(ProblemSetError) -> ProblemSet {
    guard (1...longestBenchmark).contains(count) else {
      throw .count(count, limit: longestBenchmark, set: benchmark.rawValue)
    }
    let problems = distinct(
      count, from: split, kinds: benchmark.kinds, seed: benchmarkSeed,
      purpose: "benchmark/\(benchmark.rawValue)/\(split.rawValue)", by: { $0.identity },
      where: { Benchmark.holding($0) == benchmark })
    return ProblemSet(name: benchmark.rawValue, problems: problems)
  }

  /// The benchmarks of a domain, each with `count` problems; no problem is in two of them.
  ///
  /// - Throws: `ProblemSetError` for a count that is not in `1...longestBenchmark`.
  package static func benchmarks(
    split: Split, count: Int, of domain: Domain = .arithmetic
  ) throws(ProblemSetError) -> [ProblemSet] {
    var sets: [ProblemSet] = []
    for name in domain.benchmarks {
      sets.append(try benchmark(name, split: split, count: count))
    }
    return sets
  }

  /// Prompts to adapt on (prompt selection, EM, GRPO, supervised tuning): all kinds of a domain in the
  /// corpus's shares, or one of them, from the adaptation split.
  ///
  /// - Throws: `ProblemSetError` for a count that is not in `1...longestAdaptation`, or of one kind in
  ///   `1...longestOfOneKind`, and for a kind of another domain.
  package static func adaptation(
    count: Int, seed: UInt64, of domain: Domain = .arithmetic, kind: ProblemKind? = nil
  ) throws(ProblemSetError) -> ProblemSet {
    let limit = kind == nil ? longestAdaptation : longestOfOneKind
    guard (1...limit).contains(count) else {
      throw .count(count, limit: limit, set: kind?.rawValue ?? "adaptation")
    }
    let kinds = domain.kinds.filter { kind == nil || $0.kind == kind }
    if let kind, kinds.isEmpty { throw .foreign(kind, domain) }
    let problems = distinct(
      count, from: .adaptation, kinds: kinds, seed: seed, purpose: "adaptation",
      by: { $0.distinction }, where: { _ in true })
    return ProblemSet(name: "adaptation", problems: problems)
  }

  /// Draws problems whose questions are distinct by `identity`. The kinds follow their weights as closely as whole
  /// numbers allow, and each block of 32 problems has every wording once: neither adds noise to a
  /// benchmark's accuracy.
  private static func distinct(
    _ count: Int, from split: Split, kinds: [(kind: ProblemKind, weight: Int)], seed: UInt64,
    purpose: String, by identity: (Question) -> String, where admits: (Question) -> Bool
  ) -> [Problem] {
    let stream = RandomStream(seed: seed, purpose: RandomPurpose(purpose))
    let wordings = RandomStream(seed: seed, purpose: RandomPurpose(purpose + "/wordings"))
    let total = kinds.reduce(0) { $0 + $1.weight }
    var taken = [Int](repeating: 0, count: kinds.count)
    var seen: Set<String> = []
    var order: [Int] = []
    return (0..<count).map { index in
      let block = index / Wording.count
      if index % Wording.count == 0 { order = permutation(of: Wording.count, wordings, block) }
      // The kind furthest behind its share, the first of equals.
      var next = 0
      for other in kinds.indices.dropFirst() {
        let lag = kinds[other].weight * (index + 1) - taken[other] * total
        if lag > kinds[next].weight * (index + 1) - taken[next] * total { next = other }
      }
      taken[next] += 1
      var generator = stream.generator(0, index)
      for _ in 0..<mostDraws {
        let question = Question.draw(kinds[next].kind, from: split, using: &generator)
        if admits(question), seen.insert(identity(question)).inserted {
          let wording = Wording(number: order[index % Wording.count])
          return Problem(question: question, wording: wording)
        }
      }
      preconditionFailure("\(kinds[next].kind) has too few problems in \(split)")
    }
  }

  /// A random order of `0..<count` (Fisher and Yates).
  private static func permutation(of count: Int, _ stream: RandomStream, _ block: Int) -> [Int] {
    var generator = stream.generator(0, block)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, generator.below(last + 1))
    }
    return order
  }
}

/// Why a set of problems cannot be made.
package enum ProblemSetError: Error, Hashable, CustomStringConvertible {
  case count(Int, limit: Int, set: String)
  case foreign(ProblemKind, Domain)

  package var description: String {
    switch self {
    case .foreign(let kind, let domain):
      "problems of kind \(kind.rawValue) were asked for where the problems are of \(domain.rawValue), "
        + "which has \(domain.kinds.map(\.kind.rawValue).joined(separator: ", "))"
    case .count(let count, let limit, let set):
      "\(count) problems were asked for in the set “\(set)”; ask for 1 to \(limit)"
    }
  }
}
