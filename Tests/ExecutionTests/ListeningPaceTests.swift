import Artifacts
import Testing

@testable import Execution

/// When a worker that has orders left is heard.
@Suite struct ListeningPaceTests {
  let start = SuspendingClock.now

  func at(_ milliseconds: Int) -> SuspendingClock.Instant { start + .milliseconds(milliseconds) }

  /// One that took 10 ms for an order.
  func pace(bytes: Int = 100) -> ListeningPace {
    var pace = ListeningPace()
    #expect(pace.patience(at: at(0), waiting: 5) == .zero)
    pace.heard(bytes)
    pace.orderAnswered()
    return pace
  }

  @Test func aWorkerIsHeardBeforeItHasDoneAllItsOrders() {
    var pace = pace()
    #expect(pace.patience(at: at(10), waiting: 8) == .milliseconds(60))
    // What it says about the order it is at changes nothing.
    pace.heard(100)
    #expect(pace.patience(at: at(12), waiting: 8) == .milliseconds(60))
  }

  @Test func aWorkerWithoutOrdersIsHeardAtOnce() {
    var pace = pace()
    #expect(pace.patience(at: at(10), waiting: 0) == .zero)
  }

  @Test func nobodyGoesUnheardForLong() {
    var pace = pace()
    #expect(pace.patience(at: at(500), waiting: 60) == ListeningPace.longest)
  }

  @Test func aTalkativeWorkerDoesNotFillItsPipe() {
    var pace = pace(bytes: 64 << 10)
    #expect(pace.patience(at: at(10), waiting: 60) == .milliseconds(5))
  }

  @Test func ordersOfMicrosecondsAreNotWaitedFor() {
    var pace = ListeningPace()
    _ = pace.patience(at: at(0), waiting: 5)
    for _ in 0..<10 { pace.orderAnswered() }
    #expect(pace.patience(at: at(1), waiting: 10) == .zero)
  }

  /// What a worker says goes into the log of the order that it is at, or was at last.
  @Test func ordersHaveTheirLogs() {
    var orders = SentOrders()
    #expect(orders.log == nil && orders.waiting == 0)
    let names = (1...4).map { LogName(job: $0, attempt: 1) }
    for name in names { orders.send(name) }
    #expect(orders.log == names[0] && orders.waiting == 3)
    orders.answered()
    #expect(orders.log == names[1] && orders.waiting == 2)
    orders.recalled(2)
    #expect(orders.log == names[1] && orders.waiting == 0)
    orders.answered()
    #expect(orders.log == names[1])
    orders.answered()
    orders.recalled(3)
    #expect(orders.log == names[1])
  }
}
