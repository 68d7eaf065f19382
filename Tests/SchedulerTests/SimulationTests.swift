import Glibc
import Testing

@testable import Scheduler

/// Thousands of random histories with accidents of every kind, the machine's invariants checked
/// after each step and the record's after each commit.
///
/// `ESPALIER_SIMULATION_SEED=N` plays one history again; `ESPALIER_SIMULATION_SCHEDULES=N` plays
/// another number of them.
@Suite struct SimulationTests {
  static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }

  @Test func nothingIsLostOrDoneTwiceInAnyHistory() {
    var seeds: Range<UInt64> = 0..<(Self.number("ESPALIER_SIMULATION_SCHEDULES") ?? 20_000)
    if let seed = Self.number("ESPALIER_SIMULATION_SEED") { seeds = seed..<(seed + 1) }
    var steps = 0
    var attempts = 0
    var sessions = 0
    var foresights = 0
    var prefetches = 0
    var givenBack = 0
    for seed in seeds {
      var world = SimulatedWorld(seed: seed)
      world.play()
      steps += world.steps
      attempts += world.attempts
      sessions += world.session
      foresights += world.foresights
      prefetches += world.prefetches
      givenBack += world.givenBack
      guard world.faults.isEmpty else {
        Issue.record(
          """
          seed \(seed) (ESPALIER_SIMULATION_SEED=\(seed) plays it again):
          \(world.faults.joined(separator: "\n"))
          """)
        return
      }
    }
    print(
      "\(seeds.count) histories, \(sessions) sessions, \(attempts) attempts, \(foresights) of them "
        + "foreseen, \(prefetches) sent to workers beforehand, \(givenBack) of these given back, "
        + "\(steps) steps")
    #expect(attempts > seeds.count)
    // A few histories may have none.
    #expect(foresights > 0 && prefetches > 0 && givenBack > 0 || seeds.count < 5000)
  }
}
