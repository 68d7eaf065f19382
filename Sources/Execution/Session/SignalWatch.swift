import Artifacts
import CShims
import Dispatch
import Glibc

/// Takes SIGINT, SIGTERM and SIGHUP as wishes to stop while it lives: the first one drains, the next
/// one stops at once. SIGPIPE is ignored, since a worker may die while it is being written to.
///
/// Children have groups of their own, so Ctrl-C on a terminal reaches the owner only, and they get
/// default dispositions when they are started.
final class SignalWatch {
  static let numbers = [SIGINT, SIGTERM, SIGHUP]

  private let watch: DescriptorWatch
  private let waker: Int32
  private var name: DescriptorWatch.Name?
  private var before: [(number: Int32, action: [UInt8])] = []

  /// - Parameter control: `nil` leaves all but SIGPIPE alone.
  init(
    watch: DescriptorWatch, queue: DispatchQueue, control: ExecutionControl?
  ) throws(FileError) {
    self.watch = watch
    waker = try SystemCall.check(.open, "eventfd") { espalier_waker_make() }
    change(SIGPIPE) { espalier_signal_ignore(SIGPIPE, $0) }
    guard let control else { return }
    let waker = self.waker
    let count = Counter()
    name = watch.add(waker, .reading, queue: queue) { name in
      for _ in 0..<espalier_waker_take(waker) {
        count.value += 1
        control.wish(count.value == 1 ? .drain : .stop)
      }
      watch.arm(name)
    }
    for number in Self.numbers {
      change(number) { espalier_signal_catch(number, waker, $0) }
    }
  }

  deinit {
    for (number, action) in before {
      action.withUnsafeBytes { _ = espalier_signal_restore(number, $0.baseAddress) }
    }
    if let name { watch.remove(name) }
    espalier_signal_release(waker)
    close(waker)
  }

  /// How many signals came.
  ///
  /// `@unchecked Sendable`: touched on the queue of the watch only.
  private final class Counter: @unchecked Sendable {
    var value = 0
  }

  private func change(_ number: Int32, _ call: (UnsafeMutableRawPointer?) -> Int32) {
    var action = [UInt8](repeating: 0, count: Int(espalier_signal_size()))
    if action.withUnsafeMutableBytes({ call($0.baseAddress) }) == 0 {
      before.append((number, action))
    }
  }
}
