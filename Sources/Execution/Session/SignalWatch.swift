import Dispatch
import Glibc

/// Takes SIGINT, SIGTERM and SIGHUP as wishes to stop while it lives: the first one drains, the next
/// one stops at once. SIGPIPE is ignored, since a worker may die while it is being written to.
///
/// Children have groups of their own, so Ctrl-C on a terminal reaches the owner only, and they get
/// default dispositions when they are started.
final class SignalWatch {
  private var sources: [any DispatchSourceSignal] = []
  private var before: [(Int32, sigaction)] = []

  /// - Parameter control: `nil` leaves all but SIGPIPE alone.
  init(queue: DispatchQueue, control: ExecutionControl?) {
    ignore(SIGPIPE)
    guard let control else { return }
    let count = Counter()
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // The default action comes before any source unless the signal is ignored.
      ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler(handler: Self.handler(count, control))
      source.resume()
      sources.append(source)
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for (number, action) in before {
      var action = action
      sigaction(number, &action, nil)
    }
  }

  /// How many signals came; touched on the queue of the sources only.
  private final class Counter {
    var value = 0
  }

  /// Made in a function of its own, so that the handler belongs to no actor.
  private static func handler(_ count: Counter, _ control: ExecutionControl) -> () -> Void {
    {
      count.value += 1
      control.wish(count.value == 1 ? .drain : .stop)
    }
  }

  private func ignore(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = SIG_IGN
    var old = sigaction()
    sigaction(number, &action, &old)
    before.append((number, old))
  }
}
