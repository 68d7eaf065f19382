import Grid
import Keys

@testable import Scheduler

/// Workers, processes, a job table with group commit, a user and accidents, in simulated time. One
/// seed is one history.
struct SimulatedWorld {
  /// How likely things are to go wrong; drawn anew for each history, so that some are calm.
  struct Weather {
    var fail = 0.0
    var crash = 0.0
    var again = 0.0
    var nonsense = 0.0
    var hang = 0.0
    var deafToTerm = 0.0
    var artifactLost = 0.0
    var startFails = 0.0
    var ownerDies = 0.0
    var userStops = 0.0
    var storeFails = 0.0
    /// How likely a commit is to take long, and to fail.
    var slowDisk = 0.0
    var commitFails = 0.0
  }

  /// Something that will happen; `session` makes what belongs to a dead owner void.
  enum Happening {
    case wake
    case commit
    case workerUp(WorkerID)
    case exit(ProcessKey, ProcessEnd)
    case act(ProcessKey)
    /// The owner hears what a worker has said.
    case hear(WorkerID)
    /// A worker says which orders it gives back, which it has taken aside before.
    case giveBack(WorkerID, [JobID])
    /// A worker hears that it is to end soon.
    case drainHeard(WorkerID)
    case ownerDies
    case user(Scheduler.Event)
  }

  enum ProcessKey: Hashable {
    case worker(WorkerID)
    case process(JobID, Attempt)
  }

  /// What a worker says.
  enum Word {
    case stage(JobID, Attempt)
    case event(Scheduler.Event)
    case recalled([JobID])
  }

  /// A simulated process and what it is about to do.
  struct Process {
    var job: JobID?
    var attempt: Attempt?
    var stagesToGo = 0
    /// Orders that a worker has got and not begun.
    var orders: [(job: JobID, attempt: Attempt)] = []
    /// What a worker has said and the owner has not heard.
    var said: [Word] = []
    var isHearingPlanned = false
    /// The owner has asked it for its orders and has no answer.
    var isRecalling = false
    /// A worker of one thread hears that it is to give orders back when it has done them.
    var isAskedForOrders = false
    /// Stages reported by this process and not recorded are lost with the owner, not with it.
    var dismissed = false
    var isUp = false
    var isEnding = false
    var deadline: Duration?
  }

  var random: StreamGenerator
  var weather: Weather
  let settings: Scheduler.Settings
  var record: SimulatedRecord
  var scheduler: Scheduler
  var time = Duration.zero
  var session = 0
  var sessionStart = Duration.zero
  var agenda = IndexedHeap<Moment, DensePositions>()
  var happenings: [Int: (session: Int, what: Happening)] = [:]
  var sequence = 0
  var processes: [ProcessKey: Process] = [:]
  var pending: [SimulatedRecord.Change] = []
  var afterCommit: [(JobID, Attempt, Scheduler.Place)] = []
  /// Attempts that are recorded and have not begun.
  var foreseen: [JobID: Attempt] = [:]
  var foresights = 0
  /// Jobs whose orders were sent, or are to be, before they begin.
  var prefetched: [JobID: Attempt] = [:]
  var prefetches = 0
  var givenBack = 0
  var commitIsPlanned = false
  var storeHasFailed = false
  var lostParents: [JobID: JobID] = [:]
  var drainedAt: Duration?
  var plannedWake: Duration?
  var outcome: Scheduler.Outcome?
  var faults: [String] = []
  var steps = 0
  var attempts = 0

  struct Moment: Comparable {
    let time: Duration
    let sequence: Int
    static func < (left: Self, right: Self) -> Bool {
      (left.time, left.sequence) < (right.time, right.sequence)
    }
  }

  init(seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: RandomPurpose("schedule")).generator(0)
    func level(_ share: Double, _ most: Double) -> Double {
      random.unit() < share ? random.unit() * most : 0
    }
    weather = Weather(
      fail: level(0.6, 0.3), crash: level(0.6, 0.5), again: level(0.3, 0.3),
      nonsense: level(0.4, 0.2), hang: level(0.3, 0.2), deafToTerm: level(0.5, 1),
      artifactLost: level(0.4, 0.2), startFails: level(0.3, 0.5), ownerDies: level(0.5, 1),
      userStops: level(0.3, 1), storeFails: level(0.1, 1),
      slowDisk: level(0.7, 0.6), commitFails: level(0.1, 0.05))
    settings = Scheduler.Settings(
      slots: 1 + random.below(5), crashLimit: random.below(4),
      maxFails: random.below(6) == 0 ? 1 + random.below(3) : nil,
      pauseLimit: 1 + random.below(4), foresight: .seconds([0, 4, 30][random.below(3)]),
      foresightPace: 1)
    record = SimulatedRecord(
      crashLimit: settings.crashLimit, pauseLimit: settings.pauseLimit)
    // Some have many jobs that wait for few others, and are of one kind: these are sent to workers ahead.
    let isWide = random.below(6) == 0
    for number in 1...(1 + random.below(isWide ? 100 : random.below(4) == 0 ? 40 : 12)) {
      var parents: [JobID] = []
      while number > 1, random.below(isWide ? 12 : 3) == 0 {
        parents.append(JobID(Int64(1 + random.below(number - 1))))
      }
      let id = JobID(Int64(number))
      record.jobs[id] = .init(
        id: id, kind: random.below(isWide ? 20 : 3) == 0 ? .external : .builtin,
        parents: Set(parents).sorted(),
        slots: isWide ? 1 : 1 + random.below(3) / 2 * random.below(4),
        timeLimit: random.below(isWide ? 12 : 2) == 0 ? .seconds(20 + random.below(60)) : nil,
        retries: random.below(3), stages: 1 + random.below(4))
    }
    self.random = random
    scheduler = Scheduler(settings: settings)
  }

  mutating func chance(_ probability: Double) -> Bool { random.unit() < probability }

  mutating func delay(_ low: Double, _ high: Double) -> Duration {
    .milliseconds(Int((low + (high - low) * random.unit()) * 1000))
  }

  mutating func plan(_ what: Happening, after delay: Duration) {
    sequence += 1
    happenings[sequence] = (session, what)
    agenda.set(sequence, to: Moment(time: time + delay, sequence: sequence))
  }

  mutating func fault(_ words: String) {
    faults.append("session \(session), \(time): \(words)")
  }
}
