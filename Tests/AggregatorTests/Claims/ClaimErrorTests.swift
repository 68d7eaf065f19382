import Glibc
import Grid
import Testing

@testable import Aggregator

/// How often verdicts err where the truth is known, by seeded simulation.
@Suite struct ClaimErrorTests {
  /// Rejections that so many tests at a rate may have, four standard errors up.
  private func bound(_ rate: Double, _ count: Int) -> Int {
    Int((Double(count) * rate + 4 * (Double(count) * rate * (1 - rate)).squareRoot()).rounded(.up))
  }

  private func decided(
    _ claim: Claim, count: Int, _ world: (Noise) -> ClaimWorld
  ) -> (supported: Int, contradicted: Int) {
    var supported = 0
    var contradicted = 0
    for round in 0..<count {
      switch world(Noise(UInt64(1000 + round))).verdict(claim).verdict {
      case .supported: supported += 1
      case .contradicted: contradicted += 1
      case .undecided: break
      }
    }
    return (supported, contradicted)
  }

  /// Arms without a difference; for `equivalence` at the margin.
  private static let nothing: [(claim: Claim, arms: Int, seeds: Int, count: Int)] = [
    (.about(.pairedDifference), 2, 4, 400), (.about(.pairedDifference), 2, 16, 200),
    (.about(.medianDifference), 2, 8, 60), (.about(.varianceRatio, .above(1)), 2, 8, 300),
    (.about(.trend), 4, 6, 300), (.about(.order, of: [2, 1, 0]), 3, 6, 300),
    (.about(.interiorPeak), 4, 6, 300), (.about(.correlation, of: []), 4, 6, 300),
    (.about(.equivalence, .within(center: 1, margin: 1)), 2, 8, 300),
  ]

  @Test(arguments: nothing.indices)
  func nothingIsRarelyFound(index: Int) {
    let (claim, arms, seeds, count) = Self.nothing[index]
    let (supported, contradicted) = decided(claim, count: count) { noise in
      ClaimWorld(
        arms: arms, seeds: seeds,
        accuracy: { arm, _, seed, _ in noise.normal(seed, 99) + noise.normal(arm, seed) })
    }
    #expect(
      supported + contradicted <= bound(0.05, count),
      "\(claim.test.rawValue): \(supported) supported, \(contradicted) contradicted of \(count)")
  }

  @Test(arguments: [
    Claim.about(.pairedDifference), .about(.medianDifference), .about(.trend),
    .about(.order, of: [2, 1, 0]), .about(.correlation, of: []),
  ])
  func whatIsThereIsFound(claim: Claim) {
    let count = 60
    let (supported, contradicted) = decided(claim, count: count) { noise in
      ClaimWorld(
        arms: 3, seeds: 8,
        accuracy: { arm, _, seed, _ in 2.5 * Double(arm) + noise.normal(arm, seed) })
    }
    #expect(
      supported >= count * 8 / 10 && contradicted == 0, "\(claim.test.rawValue): \(supported)")
  }

  /// Which problems an evaluation has is chance too. Arms that differ on every problem by chance, in
  /// the same way for every seed, do not differ on the whole; seeds alone would find a difference
  /// nearly always.
  @Test func theChoiceOfProblemsIsCovered() {
    let count = 150
    func world(_ noise: Noise, problems: [Int]) -> ClaimWorld {
      let all = ClaimWorld(
        seeds: 6, problems: [20, 20],
        accuracy: { arm, _, seed, problem in
          noise.normal(arm, problem, 1) + 0.2 * noise.normal(arm * 64 + seed, problem, 2)
        })
      if !problems.isEmpty { return all }
      let runs = all.table.runs
      return ClaimWorld(
        seeds: 6, accuracy: { arm, _, seed, _ in runs.metrics[0].values[arm * 6 + seed] })
    }
    let covered = decided(.about(.pairedDifference), count: count) {
      world($0, problems: [20, 20])
    }
    #expect(covered.supported + covered.contradicted <= bound(0.05, count), "\(covered)")
    let seedsOnly = decided(.about(.pairedDifference), count: count / 3) { world($0, problems: []) }
    #expect(seedsOnly.supported + seedsOnly.contradicted > count / 6, "\(seedsOnly)")
  }

  /// The same for base models: four of them, four seeds each.
  @Test func everyAxisIsCovered() {
    let count = 300
    let claim = Claim.about(.pairedDifference, across: ["model", "seed"])
    let (supported, contradicted) = decided(claim, count: count) { noise in
      ClaimWorld(
        models: 4, seeds: 4,
        accuracy: { arm, model, seed, _ in
          noise.normal(arm, model, 1) + 0.3 * noise.normal(arm, seed, 2)
            + 0.3 * noise.normal(arm * 16 + model, seed, 3)
        })
    }
    #expect(supported + contradicted <= bound(0.05, count), "\(supported) + \(contradicted)")
  }

  /// Over a family of claims none of which holds, an error in any is rare.
  @Test func familiesErrRarely() {
    let count = 150
    let claims = (1..<6).map { Claim.about(.pairedDifference, of: [$0], id: "c\($0)") }
    var errors = 0
    for round in 0..<count {
      let noise = Noise(UInt64(5000 + round))
      let world = ClaimWorld(
        arms: 6, seeds: 6, accuracy: { arm, _, seed, _ in noise.normal(arm, seed) })
      if world.verdicts(claims).contains(where: { $0.verdict != .undecided }) { errors += 1 }
    }
    #expect(errors <= bound(0.05, count), "\(errors) of \(count)")
  }
}
