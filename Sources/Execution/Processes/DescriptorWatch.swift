import Artifacts
import CShims
import Dispatch
import Foundation
import Glibc
import Synchronization

/// Calls handlers on their queues when descriptors have something to read or room to write.
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

  private struct State: Sendable {
    var entries: [UInt64: Entry] = [:]
    var last: UInt64 = 0
    var isOver = false
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

  /// Forgets the descriptor. A call of its handler that is on its way may still come.
  func remove(_ name: Name) {
    guard let entry = state.withLock({ $0.entries.removeValue(forKey: name.number) }) else {
      return
    }
    espalier_watch_remove(watch, entry.descriptor)
  }

  /// Ends the thread.
  func finish() {
    state.withLock { $0.isOver = true }
    espalier_waker_wake(waker)
  }

  private func serve() {
    var names = [UInt64](repeating: 0, count: 64)
    while true {
      let count = espalier_watch_wait(watch, &names, Int32(names.count))
      if count < 0, errno != EINTR { break }
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
    close(watch)
    close(waker)
  }
}
