import Problems

/// One of the problem sets that runs are measured on, as the benchmarks command shows it.
package struct BenchmarkListing: Hashable, Sendable {
  package struct Example: Hashable, Sendable {
    package let kind: String
    package let prompt: String
    package let answer: Int
    /// A clean worked solution, as what follows the prompt.
    package let solution: String
  }

  package let name: String
  package let about: String
  /// The largest number of problems that can be asked for.
  package let problems: Int
  package let examples: [Example]
}

extension BuiltinProgram {
  /// The benchmarks, each with its first problems as examples.
  ///
  /// - Throws: `ProblemSetError` for a number of examples that a benchmark does not have.
  package static func benchmarks(
    split: Split, examples: Int
  ) throws(ProblemSetError) -> [BenchmarkListing] {
    var listings: [BenchmarkListing] = []
    for benchmark in Benchmark.allCases {
      let set = try ProblemSet.benchmark(benchmark, split: split, count: examples)
      listings.append(
        BenchmarkListing(
          name: benchmark.rawValue, about: benchmark.about, problems: ProblemSet.longestBenchmark,
          examples: set.problems.map {
            BenchmarkListing.Example(
              kind: $0.kind.rawValue, prompt: Vocabulary.decode($0.prompt), answer: $0.answer,
              solution: Vocabulary.decode($0.workedSolution))
          }))
    }
    return listings
  }
}
