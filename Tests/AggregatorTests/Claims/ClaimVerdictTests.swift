import Grid
import Keys
import Statistics
import Testing

@testable import Aggregator

/// One case of every verdict for every test.
@Suite struct ClaimVerdictTests {
  private static let noise = Noise(1)

  /// Three arms with these means and this noise.
  private func world(
    _ means: [Double], noise scale: Double = 0.01, seeds: Int = 8, commonNoise: Double = 0.05
  ) -> ClaimWorld {
    ClaimWorld(
      arms: means.count, seeds: seeds,
      accuracy: { arm, _, seed, _ in
        means[arm] + commonNoise * Self.noise.normal(seed, 99)
          + scale * Self.noise.normal(arm, seed)
      })
  }

  @Test func pairedDifference() throws {
    let world = world([0.5, 0.6])
    let verdict = world.verdict(.about(.pairedDifference))
    #expect(verdict.verdict == .supported && verdict.reason == "significantly > 0")
    #expect(verdict.count == 8)
    #expect(verdict.sources == [.init(name: "seed", levels: 8)])
    // It is the paired t test.
    let runs = world.table.runs
    let differences = (0..<8).map { runs.metrics[0].values[8 + $0] - runs.metrics[0].values[$0] }
    let mean = differences.reduce(0, +) / 8
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
    let t = StudentT(degreesOfFreedom: 7)
    let effect = try #require(verdict.effect)
    let p = try #require(verdict.pValue)
    #expect((effect - mean).magnitude < 1e-14)
    let expected = 2 * t.upperTail(mean / (variance / 8).squareRoot())
    #expect((p / expected - 1).magnitude < 1e-9)
    let interval = try #require(verdict.interval)
    let reach = t.criticalValue(twoSidedTail: 0.05) * (variance / 8).squareRoot()
    #expect((interval.low - (mean - reach)).magnitude < 1e-12)
    #expect((interval.high - (mean + reach)).magnitude < 1e-12 && interval.level == 0.95)

    #expect(world.verdict(.about(.pairedDifference, .above(0.2))).verdict == .contradicted)
    #expect(world.verdict(.about(.pairedDifference, .below(0))).verdict == .contradicted)
    #expect(world.verdict(.about(.pairedDifference, .below(0.2))).verdict == .supported)
    #expect(world.verdict(.about(.pairedDifference, .above(effect))).verdict == .undecided)
    #expect(
      world.verdict(.about(.pairedDifference, .within(center: 0.1, margin: 0.05))).verdict
        == .supported)
  }

  @Test func equivalence() {
    let same = world([0.5, 0.501])
    #expect(
      same.verdict(.about(.equivalence, .within(center: 0, margin: 0.05))).verdict == .supported)
    #expect(
      same.verdict(.about(.equivalence, .within(center: 0, margin: 0.002))).verdict == .undecided)
    #expect(
      world([0.5, 0.7]).verdict(.about(.equivalence, .within(center: 0, margin: 0.05))).verdict
        == .contradicted)
  }

  @Test func medianDifference() throws {
    let world = world([0.5, 0.6], seeds: 9)
    let verdict = world.verdict(.about(.medianDifference))
    #expect(verdict.verdict == .supported)
    let values = world.table.runs.metrics[0].values
    #expect(verdict.effect == (0..<9).map { values[9 + $0] - values[$0] }.sorted()[4])
    #expect(world.verdict(.about(.medianDifference, .below(0))).verdict == .contradicted)
    #expect(world.verdict(.about(.medianDifference, .above(0.1))).verdict == .undecided)
  }

  @Test func maximumOverMean() throws {
    let world = world([0.5], commonNoise: 0.05)
    let claim = { Claim.about(.maxOverMean, $0, of: [0]) }
    let verdict = world.verdict(claim(.below(0.5)))
    let values = world.table.runs.metrics[0].values
    #expect(verdict.reason == "significantly < 0.5")
    #expect(verdict.effect == values.max()! - values.reduce(0, +) / 8)
    #expect(verdict.verdict == .supported)
    #expect(world.verdict(claim(.above(0.5))).verdict == .contradicted)
    #expect(world.verdict(claim(.above(0.07))).verdict == .undecided)
  }

  @Test func trend() {
    let rising = world([0.5, 0.55, 0.6, 0.65])
    let verdict = rising.verdict(.about(.trend))
    #expect(verdict.verdict == .supported && verdict.groups.count == 4)
    #expect((verdict.effect! - 0.15).magnitude < 0.03)
    #expect(rising.verdict(.about(.trend, .below(0))).verdict == .contradicted)
    #expect(world([0.5, 0.5, 0.5, 0.5]).verdict(.about(.trend)).verdict == .undecided)
    // It rises on the whole, but not everywhere.
    let dip = world([0.5, 0.7, 0.6, 0.8]).verdict(.about(.trend))
    #expect(dip.verdict == .contradicted && dip.reason == "it falls at step 2")
  }

  @Test func interiorPeak() {
    let peak = world([0.5, 0.6, 0.7, 0.55]).verdict(.about(.interiorPeak))
    #expect(peak.verdict == .supported)
    #expect((peak.effect! - 0.15).magnitude < 0.03, "above the higher end")
    #expect(
      world([0.5, 0.6, 0.65, 0.8]).verdict(.about(.interiorPeak)).verdict == .contradicted)
    #expect(world([0.5, 0.5, 0.5]).verdict(.about(.interiorPeak)).verdict == .undecided)
    // All replicates collapse before the end of the axis: those places equal the end exactly.
    let means = [0.5, 0.7, 0, 0]
    let collapsed = ClaimWorld(
      arms: 4,
      accuracy: { arm, _, seed, _ in
        means[arm] > 0 ? means[arm] + 0.02 * Self.noise.normal(arm, seed) : 0
      })
    #expect(collapsed.verdict(.about(.interiorPeak)).verdict == .supported)
  }

  @Test func varianceRatio() {
    let world = ClaimWorld(
      seeds: 16,
      accuracy: { arm, _, seed, _ in (arm == 1 ? 1 : 0.1) * Self.noise.normal(arm, seed) })
    let verdict = world.verdict(.about(.varianceRatio, .above(1)))
    #expect(verdict.verdict == .supported && verdict.effect! > 20)
    #expect(verdict.interval!.low > 1)
    #expect(world.verdict(.about(.varianceRatio, .below(1))).verdict == .contradicted)
    #expect(world.verdict(.about(.varianceRatio, .above(verdict.effect!))).verdict == .undecided)
  }

  @Test func correlation() {
    let curve = Claim.about(.correlation, .above(0), of: [])
    #expect(world([0.5, 0.6, 0.7, 0.8]).verdict(curve).verdict == .supported)
    #expect(world([0.8, 0.7, 0.6, 0.5]).verdict(curve).verdict == .contradicted)
    #expect(world([0.5, 0.5, 0.5, 0.5]).verdict(curve).verdict == .undecided)
    // All eight replicates agree that four values rise: ρ has no spread, and the rank test decides.
    let perfect = world([0.5, 0.6, 0.7, 0.8]).verdict(curve)
    #expect(perfect.effect == 1 && perfect.interval == nil)
    // Two agreeing orders of three values are not enough.
    #expect(world([0.5, 0.6, 0.7], seeds: 2).verdict(curve).verdict == .undecided)

    var both = world([0.5, 0.6, 0.7, 0.8])
    both.loss = { arm, _, seed in -Double(arm) + 0.01 * Self.noise.normal(arm, seed, 1) }
    let partner = Claim.about(.correlation, .below(0), of: [], with: "loss")
    #expect(both.verdict(partner).verdict == .supported)

    var overSeeds = world([0.5], seeds: 12, commonNoise: 0)
    overSeeds.loss = { _, _, seed in -Self.noise.normal(0, seed) + 0.01 * Self.noise.normal(7, seed)
    }
    #expect(
      overSeeds.verdict(.about(.correlation, .below(0), of: [0], with: "loss")).verdict
        == .supported)
    #expect(
      overSeeds.verdict(.about(.correlation, .above(0), of: [0], with: "loss")).verdict
        == .contradicted)
  }

  @Test func order() {
    let world = world([0.5, 0.6, 0.7])
    let verdict = world.verdict(.about(.order, of: [2, 1, 0]))
    #expect(
      verdict.verdict == .supported
        && verdict.groups.map(\.values[0].value) == [2, 1, 0].map { .integer($0) })
    #expect(world.verdict(.about(.order, of: [2, 0, 1])).verdict == .contradicted)
    #expect(
      self.world([0.5, 0.6, 0.605]).verdict(.about(.order, of: [2, 1, 0])).verdict == .undecided)
  }

  // MARK: What decides nothing

  @Test(arguments: Claim.Test.allCases)
  func equalReplicatesDecideNothing(test: Claim.Test) {
    let means = [0.5, 0.7, 0.6]
    let world = ClaimWorld(
      arms: 3, seeds: 8, accuracy: { arm, _, _, _ in means[arm] }, loss: { arm, _, _ in means[arm] }
    )
    let expectation: Claim.Expectation =
      test == .equivalence ? .within(center: 0, margin: 1) : .above(0)
    let verdict = world.verdict(
      .about(test, expectation, of: test == .order ? [1, 0] : test == .correlation ? [] : [1]))
    #expect(verdict.verdict == .undecided && verdict.pValue == nil)
    #expect(
      verdict.reason == "the 8 replicates do not differ at all, which is no basis for a verdict")
  }

  /// The problems differ, the replicates do not: still nothing is known of other replicates.
  @Test func equalReplicatesWithProblemsDecideNothing() {
    let world = ClaimWorld(
      seeds: 4, problems: [20, 20],
      accuracy: { arm, _, _, problem in problem % 3 <= arm ? 1 : 0 })
    #expect(world.verdict(.about(.pairedDifference)).verdict == .undecided)
  }

  @Test func differencesWithoutSpreadDecideNothing() {
    // The seeds differ, but by the same in both arms.
    let world = ClaimWorld(seeds: 4, accuracy: { arm, _, seed, _ in Double(arm + seed) / 8 })
    #expect(world.verdict(.about(.pairedDifference)).verdict == .undecided)
  }

  @Test func missingRunsDecideNothing() {
    var world = world([0.5, 0.6])
    world.state = { arm, _, seed in arm == 1 && seed == 3 ? .failed : seed == 5 ? .pending : .done }
    let verdict = world.verdict(.about(.pairedDifference))
    #expect(verdict.verdict == .undecided && verdict.effect == nil)
    #expect(verdict.reason == "of 16 runs 1 failed, 2 not done yet")
    #expect(verdict.groups.map(\.runs.count) == [8, 8] && verdict.groups[0].mean == nil)
  }

  @Test func missingMetricsDecideNothing() {
    var claim = Claim.about(.pairedDifference)
    claim.metric = "speed"
    let verdict = world([0.5, 0.6]).verdict(claim)
    #expect(verdict.verdict == .undecided)
    #expect(verdict.reason == "of 16 runs 16 done without the metric speed")
  }

  @Test func tooFewReplicatesDecideNothing() {
    let one = world([0.5, 0.6], seeds: 1).verdict(.about(.pairedDifference))
    #expect(one.verdict == .undecided && one.reason == "1 replicate is too few: it takes 2")
    let two = world([0.5, 0.6], seeds: 2).verdict(.about(.varianceRatio, .above(1)))
    #expect(two.reason == "2 replicates are too few: it takes 3")
  }

  @Test func lostOutcomesDecideNothing() {
    var (runs, scores) = ClaimWorld(
      problems: [4, 4],
      accuracy: { arm, _, seed, problem in Double((arm + seed * problem) % 3) }
    ).table
    scores["accuracy"]?.rows[3] = nil
    scores["accuracy"]?.lost = [3]
    let verdict = ClaimVerdict.verdicts(of: [.about(.pairedDifference)], in: runs, scores: scores)[
      0]
    #expect(
      verdict.reason == "the outcomes of single problems are gone for 1 of 16 runs"
        && verdict.verdict == .undecided)
  }

  @Test func selectionsThatFitNothing() {
    let world = world([0.5, 0.6])
    #expect(
      world.verdict(.about(.pairedDifference, against: 7)).reason == "no run has arm = 7")
    var claim = Claim.about(.pairedDifference)
    claim.across = ["sead"]
    #expect(world.verdict(claim).reason == "the runs have no axis sead")
    claim = .about(.maxOverMean, .above(0.1))
    claim.of = [[:]]
    #expect(
      world.verdict(claim).reason
        == "the runs of a selection differ on arm, which the claim leaves open")
  }

  // MARK: Sources and traceability

  @Test func everyAxisAndTheProblemsAreSources() throws {
    let world = ClaimWorld(
      models: 3, seeds: 4, problems: [5, 7],
      accuracy: { arm, model, seed, problem in
        0.1 * Double(arm) + Self.noise.normal(arm, model, 1) + 0.5 * Self.noise.normal(arm, seed, 2)
          + 0.3 * Self.noise.normal(arm, problem, 3)
          + 0.1 * Self.noise.normal(arm * 8 + model, seed, problem + 4)
      })
    let verdict = world.verdict(.about(.pairedDifference, across: ["model", "seed"]))
    #expect(
      verdict.sources == [
        .init(name: "model", levels: 3), .init(name: "seed", levels: 4),
        .init(name: "problems", levels: 12),
      ])
    #expect(verdict.count == 12)

    // The variance is the sum of those of the marginal means over their numbers.
    func d(_ model: Int, _ seed: Int, _ problem: Int) -> Double {
      world.accuracy(1, model, seed, problem) - world.accuracy(0, model, seed, problem)
    }
    func weight(_ problem: Int) -> Double { problem < 5 ? 0.1 : 1.0 / 14 }
    func mean(_ models: [Int], _ seeds: [Int], _ problems: [Int]) -> Double {
      var sum = 0.0
      var weights = 0.0
      for model in models {
        for seed in seeds {
          for problem in problems {
            sum += weight(problem) * d(model, seed, problem)
            weights += weight(problem)
          }
        }
      }
      return sum / weights
    }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    let (m, s, p) = (Array(0..<3), Array(0..<4), Array(0..<12))
    let parts: [(variance: Double, degrees: Double)] = [
      (variance(m.map { mean([$0], s, p) }) / 3, 2), (variance(s.map { mean(m, [$0], p) }) / 4, 3),
      (variance((0..<5).map { mean(m, s, [$0]) }) / 5 / 4, 4),
      (variance((5..<12).map { mean(m, s, [$0]) }) / 7 / 4, 6),
    ]
    let total = parts.reduce(0) { $0 + $1.variance }
    let degrees = total * total / parts.reduce(0) { $0 + $1.variance * $1.variance / $1.degrees }
    let reach =
      total.squareRoot()
      * StudentT(degreesOfFreedom: degrees).criticalValue(twoSidedTail: 0.05)
    let interval = try #require(verdict.interval)
    #expect((verdict.effect! - mean(m, s, p)).magnitude < 1e-12)
    #expect(((interval.high - interval.low) / 2 / reach - 1).magnitude < 1e-9)
  }

  /// A zipped axis is one factor, and the pairing is by all factors together.
  @Test func replicatesThatAreNotSharedAreLeftOut() {
    var runs = RunTable(axes: [("arm", []), ("seed", [])], metrics: ["accuracy"])
    for (arm, seed) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (1, 3)] {
      runs.append(
        axisValues: [.integer(arm), .integer(seed)], state: .done,
        metrics: [Double(arm) + Self.noise.normal(arm, seed)])
    }
    let verdict = ClaimVerdict.verdicts(of: [.about(.pairedDifference)], in: runs)[0]
    #expect(verdict.count == 2 && verdict.groups.map(\.runs) == [[3, 4], [1, 2]])
    #expect(verdict.reason.hasSuffix("; 2 of 3 replicates are there in every selection"))
  }

  /// Whoever has the runs of a verdict can compute its effect.
  @Test func effectsFollowFromTheRuns() {
    let world = world([0.5, 0.6, 0.55])
    let runs = world.table.runs
    for claim in [
      Claim.about(.pairedDifference), .about(.order, of: [1, 0]), .about(.interiorPeak),
    ] {
      let verdict = world.verdict(claim)
      let means = verdict.groups.map { group in
        group.runs.reduce(0) { $0 + runs.metrics[0].values[$1] } / Double(group.runs.count)
      }
      #expect(zip(means, verdict.groups).allSatisfy { ($0 - $1.mean!).magnitude < 1e-15 })
      let effect =
        claim.test == .interiorPeak ? means[1] - max(means[0], means[2]) : means[0] - means[1]
      #expect((verdict.effect! - effect).magnitude < 1e-14)
    }
  }

  @Test func holmCountsEveryClaim() throws {
    let world = world([0.5, 0.508, 0.6])
    let claims = [
      Claim.about(.pairedDifference, id: "a"), .about(.pairedDifference, of: [2], id: "b"),
      .about(.pairedDifference, against: 7, id: "c"),
    ]
    let verdicts = world.verdicts(claims)
    let alone = claims.prefix(2).compactMap { world.verdict($0).pValue }
    #expect(verdicts[2].correctedPValue == nil && verdicts[2].pValue == nil)
    #expect(verdicts[1].correctedPValue == min(1, 3 * alone[1]))
    #expect(verdicts[0].correctedPValue == min(1, max(2 * alone[0], 3 * alone[1])))
    #expect(verdicts[0].pValue == alone[0])
  }

  @Test func theOrderOfRunsMakesNoDifference() {
    let world = world([0.5, 0.52, 0.51])
    let (runs, _) = world.table
    var reversed = RunTable(
      axes: runs.axes.map { ($0.name, $0.values) }, metrics: ["accuracy", "loss"])
    for run in (0..<runs.count).reversed() {
      reversed.append(
        axisValues: runs.axes.indices.map { runs.value(ofAxis: $0, run: run) }, state: .done,
        metrics: runs.metrics.map { $0.values[run] })
    }
    for test in Claim.Test.allCases where test != .equivalence && test != .correlation {
      let claim = Claim.about(test, of: test == .order ? [2, 1] : [1])
      let one = ClaimVerdict.verdicts(of: [claim], in: runs)[0]
      let other = ClaimVerdict.verdicts(of: [claim], in: reversed)[0]
      #expect(one.pValue == other.pValue && one.effect == other.effect, "\(test)")
    }
  }
}
