import Aggregator
import Glibc
import Grid
import Keys

/// A table of runs with known truth: arms × models × seeds, with scores of single problems if asked.
struct ClaimWorld {
  var arms = 2
  var models = 1
  var seeds = 8
  /// Of each of two sets; none for a metric that is no mean over problems.
  var problems: [Int] = []

  /// The value of `accuracy` (or of one problem) and of `loss`.
  var accuracy: (_ arm: Int, _ model: Int, _ seed: Int, _ problem: Int) -> Double
  var loss: (_ arm: Int, _ model: Int, _ seed: Int) -> Double = { _, _, _ in 0 }
  var state: (_ arm: Int, _ model: Int, _ seed: Int) -> RunState = { _, _, _ in .done }

  var table: (runs: RunTable, scores: [String: ProblemScores]) {
    var runs = RunTable(
      axes: [
        ("arm", (0..<arms).map { .integer($0) }), ("model", (0..<models).map { .integer($0) }),
        ("seed", (0..<seeds).map { .integer($0) }),
      ], metrics: ["accuracy", "loss"])
    let strata = problems.enumerated().map {
      ProblemScores.Stratum(
        name: "set\($0.offset)", count: $0.element, weight: 1 / Double(problems.count))
    }
    let layout = ProblemScores.Layout(strata: strata, problems: Digest(of: "\(problems)"))
    var scores = ProblemScores()
    for arm in 0..<arms {
      for model in 0..<models {
        for seed in 0..<seeds {
          var value = problems.isEmpty ? accuracy(arm, model, seed, 0) : 0
          if !problems.isEmpty {
            let row = ProblemScores.Row(
              layout: layout,
              scores: (0..<problems.reduce(0, +)).map { accuracy(arm, model, seed, $0) })
            scores.rows[runs.count] = row
            value = row.mean
          }
          let state = state(arm, model, seed)
          runs.append(
            axisValues: [.integer(arm), .integer(model), .integer(seed)], state: state,
            metrics: state == .done ? [value, loss(arm, model, seed)] : [nil, nil])
        }
      }
    }
    return (runs, problems.isEmpty ? [:] : ["accuracy": scores])
  }

  func verdict(_ claim: Claim) -> ClaimVerdict { verdicts([claim])[0] }

  func verdicts(_ claims: [Claim]) -> [ClaimVerdict] {
    let (runs, scores) = table
    return ClaimVerdict.verdicts(of: claims, in: runs, scores: scores)
  }
}

extension Claim {
  /// A claim about arms 0 and 1 (or along all arms), across seeds.
  static func about(
    _ test: Test, _ expectation: Expectation = .above(0), of: [Int] = [1], against: Int? = 0,
    across: [String] = ["seed"], with partner: String? = nil, id: String = "c"
  ) -> Claim {
    let isCurve = test == .trend || test == .interiorPeak || (test == .correlation && of.isEmpty)
    return Claim(
      id: id, test: test, metric: "accuracy", partner: partner,
      of: isCurve ? [[:]] : of.map { ["arm": .integer($0)] },
      against: test.comparesTwo ? against.map { ["arm": .integer($0)] } : nil,
      over: isCurve ? "arm" : nil, across: across, expectation: expectation)
  }
}

/// Seeded normal draws by name.
struct Noise {
  let stream: RandomStream

  init(_ seed: UInt64) {
    stream = RandomStream(seed: seed, purpose: RandomPurpose("claims"))
  }

  /// A standard normal draw (Box and Muller 1958), the same for the same indices.
  func normal(_ a: Int, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0) -> Double {
    var generator = stream.generator(a * 4096 + b, c, d)
    let radius = (-2 * log(1 - Double(generator.unit()))).squareRoot()
    return radius * cos(2 * Double.pi * Double(generator.unit()))
  }
}
