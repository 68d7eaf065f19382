import Artifacts
import CShims
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Calls handlers on their queues when descriptors have something to read or room to write, and one at
/// a set time.
///
/// This is what Dispatch's read and write sources are for, but on Linux these corrupt their own
/// bookkeeping when many come and go at once (swift-corelibs-libdispatch issue 949, seen here with a
/// dozen short processes); one thread with epoll does the same for less.
final class DescriptorWatch: Sendable {
  enum Direction: Sendable {
    case reading
    case writing
  }

  /// A watched descriptor. Names are never used again, so what is reported late about one that is
  /// gone finds nobody.
  struct Name: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Entry: Sendable {
    let descriptor: Int32
    let direction: Direction
    let queue: DispatchQueue
    let isBrief: Bool
    let handler: @Sendable (Name) -> Void
  }

  /// When a descriptor is to be listened to again.
  private struct Rest: Sendable {
    let earliest: SuspendingClock.Instant
    let latest: SuspendingClock.Instant
  }

  private struct Alarm: Sendable {
    let time: SuspendingClock.Instant
    let queue: DispatchQueue
    let handler: @Sendable () -> Void
  }

  private struct State: Sendable {
    var entries: [UInt64: Entry] = [:]
    var rests: [UInt64: Rest] = [:]
    var alarm: Alarm?
    /// Until when the thread may sleep; `nil` is for ever.
    var wake: SuspendingClock.Instant?
    var thread: pthread_t?
    var last: UInt64 = 0
    var isOver = false

    /// Whether the thread may be asleep at that time. On the thread itself nothing has to be done: it
    /// looks before it sleeps.
    func sleeps(past time: SuspendingClock.Instant) -> Bool {
      if let thread, pthread_equal(thread, pthread_self()) != 0 { return false }
      return wake.map { time < $0 } ?? true
    }
  }

  private let state = Mutex(State())
  private let watch: Int32
  private let waker: Int32

  /// - Parameter signals: taken by the watching thread, since all others may have them blocked.
  init(signals: [Int32] = []) throws(FileError) {
    watch = try SystemCall.check(.open, "epoll") { espalier_watch_make() }
    do throws(FileError) {
      waker = try SystemCall.check(.open, "eventfd") { espalier_waker_make() }
    } catch {
      close(watch)
      throw error
    }
    espalier_watch_add(watch, waker, 0, 0)
    let thread = Thread { [self] in
      for number in signals { espalier_signal_unblock(number) }
      serve()
    }
    thread.name = "espalier.watch"
    thread.start()
  }

  /// Calls `handler` on `queue` once something can be read or written, or the other side has ended;
  /// then not again until `arm`. The descriptor has to be removed before it is closed.
  ///
  /// - Parameter isBrief: the handler takes microseconds, as does everything else on its queue: it is
  ///   called on the watching thread while the queue stands, which saves waking another one.
  func add(
    _ descriptor: Int32, _ direction: Direction, queue: DispatchQueue, isBrief: Bool = false,
    handler: @escaping @Sendable (Name) -> Void
  ) -> Name {
    let number = state.withLock { state in
      state.last += 1
      state.entries[state.last] = Entry(
        descriptor: descriptor, direction: direction, queue: queue, isBrief: isBrief,
        handler: handler)
      return state.last
    }
    if espalier_watch_add(watch, descriptor, number, direction == .writing ? 1 : 0) != 0 {
      // What cannot be waited for is tried at once and finds out itself.
      queue.async { handler(Name(number: number)) }
    }
    return Name(number: number)
  }

  /// Has the handler called once more.
  func arm(_ name: Name) {
    guard let entry = state.withLock({ $0.entries[name.number] }) else { return }
    let status = espalier_watch_arm(
      watch, entry.descriptor, name.number, entry.direction == .writing ? 1 : 0)
    if status == 0 { return }
    // What cannot be waited for is tried again a little later and finds out itself.
    entry.queue.asyncAfter(deadline: .now() + .milliseconds(10)) { entry.handler(name) }
  }

  /// Has the handler called once more after such a time: when the thread is awake anyway, and at the
  /// latest at its end, so that several that are armed so are heard together.
  func arm(_ name: Name, after time: ClosedRange<Duration>) {
    let now = SuspendingClock.now
    let isLate = state.withLock { state in
      guard state.entries[name.number] != nil else { return false }
      let rest = Rest(earliest: now + time.lowerBound, latest: now + time.upperBound)
      state.rests[name.number] = rest
      return state.sleeps(past: rest.latest)
    }
    if isLate { espalier_waker_wake(waker) }
  }

  /// Calls `handler` once at `time`, on the watching thread while `queue` stands; it has to be brief.
  /// There is one alarm: another one, or `cancelAlarm`, takes its place.
  func setAlarm(
    at time: SuspendingClock.Instant, queue: DispatchQueue, handler: @escaping @Sendable () -> Void
  ) {
    let isLate = state.withLock { state in
      state.alarm = Alarm(time: time, queue: queue, handler: handler)
      return state.sleeps(past: time)
    }
    if isLate { espalier_waker_wake(waker) }
  }

  func cancelAlarm() {
    state.withLock { $0.alarm = nil }
  }

  /// Forgets the descriptor. A call of its handler that is on its way may still come.
  func remove(_ name: Name) {
    let entry = state.withLock { state in
      state.rests[name.number] = nil
      return state.entries.removeValue(forKey: name.number)
    }
    guard let entry else { return }
    espalier_watch_remove(watch, entry.descriptor)
  }

  /// Ends the thread.
  func finish() {
    state.withLock { $0.isOver = true }
    espalier_waker_wake(waker)
  }

  private func serve() {
    var names = [UInt64](repeating: 0, count: 64)
    state.withLock { $0.thread = pthread_self() }
    while true {
      let count = espalier_watch_wait(watch, &names, Int32(names.count), armRested())
      if count < 0, errno != EINTR { break }
      if names.prefix(max(Int(count), 0)).contains(0) {
        _ = espalier_waker_take(waker)
        espalier_watch_arm(watch, waker, 0, 0)
      }
      let (entries, isOver) = state.withLock { state in
        let ready = names.prefix(max(Int(count), 0))
        return (ready.compactMap { name in state.entries[name].map { (name, $0) } }, state.isOver)
      }
      if isOver { break }
      for (number, entry) in entries {
        if entry.isBrief {
          entry.queue.sync { entry.handler(Name(number: number)) }
        } else {
          entry.queue.async { entry.handler(Name(number: number)) }
        }
      }
    }
    state.withLock { $0.thread = nil }
    close(watch)
    close(waker)
  }

  /// Rings the alarm if it is time, after what was read, and arms what has rested enough.
  ///
  /// - Returns: for how many milliseconds the thread may sleep; -1 is for ever.
  private func armRested() -> Int32 {
    let (rested, due) = state.withLock { state in
      let now = SuspendingClock.now
      let rested = state.rests.filter { $0.value.earliest <= now }.map(\.key)
      for number in rested { state.rests[number] = nil }
      guard rested.isEmpty, let alarm = state.alarm, alarm.time <= now else {
        return (rested, Alarm?.none)
      }
      state.alarm = nil
      return (rested, alarm)
    }
    for number in rested { arm(Name(number: number)) }
    // What there is to read is read before the alarm is looked at.
    if !rested.isEmpty { return 0 }
    if let due { due.queue.sync(execute: due.handler) }
    return state.withLock { state in
      state.wake = (state.rests.values.map(\.latest) + (state.alarm.map { [$0.time] } ?? [])).min()
      guard let wake = state.wake else { return -1 }
      // It may wake early and sleep again.
      return Int32(min(max(((wake - .now) / .milliseconds(1)).rounded(.up), 0), 3_600_000))
    }
  }
}
