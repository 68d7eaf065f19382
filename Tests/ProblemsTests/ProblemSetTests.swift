import Keys
import Testing

@testable import Problems

@Suite struct ProblemSetTests {
  @Test func allHeldOutSetsAreDisjointAndDistinct() throws {
    var owner: [String: String] = [:]
    for split in [Split.development, .benchmark] {
      for set in try ProblemSet.benchmarks(split: split, count: ProblemSet.longestBenchmark) {
        #expect(set.problems.count == ProblemSet.longestBenchmark)
        for problem in set.problems {
          #expect(problem.question.split == split)
          let previous = owner.updateValue(
            "\(split) \(set.name)", forKey: problem.question.identity)
          #expect(previous == nil, "\(problem.question.identity) is in \(previous ?? "") too")
        }
      }
    }
    for seed in 0..<3 as Range<UInt64> {
      let set = try ProblemSet.adaptation(count: ProblemSet.longestAdaptation, seed: seed)
      #expect(Set(set.problems.map(\.question.identity)).count == set.problems.count)
      for problem in set.problems {
        #expect(problem.question.split == .adaptation)
        #expect(owner[problem.question.identity] == nil)
      }
    }
  }

  @Test func aLongerSetBeginsWithTheShorterOne() throws {
    for benchmark in Benchmark.allCases {
      let long = try ProblemSet.benchmark(
        benchmark, split: .development, count: ProblemSet.longestBenchmark)
      let short = try ProblemSet.benchmark(benchmark, split: .development, count: 33)
      #expect(Array(long.problems.prefix(33)) == short.problems)
    }
    let long = try ProblemSet.adaptation(count: 300, seed: 5)
    let short = try ProblemSet.adaptation(count: 1, seed: 5)
    #expect(long.problems[0] == short.problems[0])
    #expect(try ProblemSet.adaptation(count: 300, seed: 6) != long)
  }

  @Test(
    "prompts of one kind are distinct ones of the adaptation split, as many as may be asked for")
  func oneKind() throws {
    for kind in ProblemKind.allCases {
      let set = try ProblemSet.adaptation(
        count: ProblemSet.longestOfOneKind, seed: 3, of: .both, kind: kind)
      #expect(set.problems.count == ProblemSet.longestOfOneKind)
      #expect(set.problems.allSatisfy { $0.kind == kind && $0.question.split == .adaptation })
      #expect(Set(set.problems.map(\.prompt)).count == set.problems.count)
    }
    #expect(throws: ProblemSetError.count(257, limit: 256, set: "joint")) {
      try ProblemSet.adaptation(count: 257, seed: 0, kind: .joint)
    }
    #expect(throws: ProblemSetError.foreign(.knights2, .arithmetic)) {
      try ProblemSet.adaptation(count: 1, seed: 0, kind: .knights2)
    }
    #expect(
      ProblemSetError.foreign(.mul, .logic).description
        == "problems of kind mul were asked for where the problems are of logic, which has knights2, "
        + "knights3")
  }

  @Test func kindsFollowTheirWeightsAndWordingsAreBalanced() throws {
    for set in try ProblemSet.benchmarks(split: .benchmark, count: 64) {
      let kinds = try #require(Benchmark(rawValue: set.name)).kinds
      let total = Double(kinds.reduce(0) { $0 + $1.weight })
      for (kind, weight) in kinds {
        let count = Double(set.problems.count { $0.kind == kind })
        #expect(abs(count - 64 * Double(weight) / total) <= 1, "\(set.name) \(kind)")
      }
      #expect(set.problems.allSatisfy { problem in kinds.contains { $0.kind == problem.kind } })
      var wordings = [Int](repeating: 0, count: Wording.count)
      for problem in set.problems { wordings[problem.wording.number] += 1 }
      #expect(wordings == [Int](repeating: 2, count: Wording.count))
    }
  }

  @Test func impossibleCountsAreRefused() {
    for count in [-1, 0, 257] {
      #expect(throws: ProblemSetError.count(count, limit: 256, set: "hard")) {
        try ProblemSet.benchmark(.hard, split: .benchmark, count: count)
      }
    }
    #expect(throws: ProblemSetError.count(1025, limit: 1024, set: "adaptation")) {
      try ProblemSet.adaptation(count: 1025, seed: 0)
    }
    #expect(
      ProblemSetError.count(0, limit: 256, set: "hard").description
        == "0 problems were asked for in the set “hard”; ask for 1 to 256")
  }

  /// Another digest means other benchmarks: figures measured before and after cannot be compared.
  @Test func theSetsAreTheSameAsEver() throws {
    var bytes: [UInt8] = []
    for split in [Split.development, .benchmark] {
      for set in try ProblemSet.benchmarks(split: split, count: 64) {
        bytes += set.problems.flatMap { $0.prompt.map { UInt8($0) } }
      }
    }
    bytes += try ProblemSet.adaptation(count: 96, seed: 0).problems.flatMap {
      $0.prompt.map { UInt8($0) }
    }
    #expect(
      Digest(of: bytes).hex
        == "8376f8b23c6942e09537842b1353cbafb9ec3b5b4fcf7726866236d7e658b67f")
  }
}
