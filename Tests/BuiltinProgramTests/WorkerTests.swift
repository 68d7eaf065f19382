import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import BuiltinProgram

@Suite("The worker's loop")
struct WorkerTests {
  /// What a worker says to these lines, of which each is an order's or another; and whether the end of
  /// its input was told.
  func events(
    _ lines: [Data], store: TemporaryStore = TemporaryStore()
  ) throws -> (events: [WorkerEvent], hasEnded: Bool) {
    let input = Pipe()
    let output = Pipe()
    for line in lines {
      try input.fileHandleForWriting.write(contentsOf: line + [UInt8(ascii: "\n")])
    }
    try input.fileHandleForWriting.close()
    let ended = Mutex(false)
    try Worker.run(
      store: store.store, version: "test", input: input.fileHandleForReading.fileDescriptor,
      output: output.fileHandleForWriting.fileDescriptor
    ) { ended.withLock { $0 = true } }
    try output.fileHandleForWriting.close()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let events = try said.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(WorkerEvent.self, from: $0)
    }
    return (events, ended.withLock { $0 })
  }

  /// Orders for a little stage, by jobs.
  func orders(_ jobs: ClosedRange<Int64>) throws -> [Data] {
    let grid = TestGrid(["pretraining_steps": .integer(2)])
    return try jobs.map { try JSONEncoder().encode(order([grid.prepare], job: $0)) }
  }

  @Test("orders in, events out, line by line; the end of input is told at once")
  func loop() throws {
    let (events, hasEnded) = try events(orders(1...2))
    #expect(hasEnded)
    guard case .ready(let environment)? = events.first else {
      Issue.record("the first event is not ready")
      return
    }
    #expect(environment.pid == getpid())
    #expect(environment.version == "test")
    #expect(!environment.cpu.isEmpty && !environment.blas.isEmpty)
    let finished = events.compactMap {
      if case .finished(let job, _, _) = $0 { job.rawValue } else { nil }
    }
    #expect(finished == [1, 2])
    let instants = events.compactMap(\.doneAt)
    #expect(instants.count == 2 && instants == instants.sorted())
  }

  @Test("orders that are wanted back are given out no more")
  func recall() throws {
    let input = Pipe()
    let lines = ["first", "second", JobOrder.recallLine, "third", JobOrder.recallLine, "fourth"]
    try input.fileHandleForWriting.write(
      contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    try input.fileHandleForWriting.close()
    let orders = OrderQueue()
    var recalled: [[String]] = []
    orders.fill(from: input.fileHandleForReading.fileDescriptor) {
      recalled.append($0.map { String(decoding: $0, as: UTF8.self) })
    }
    orders.close()
    #expect(recalled == [["first", "second"], ["third"]])
    #expect(orders.next() == Data("fourth".utf8))
    #expect(orders.next() == nil)
  }

  @Test("a worker says which orders it has not begun")
  func recalledEvent() throws {
    // Those before the recall are given back, or begun meanwhile.
    var lines = try orders(1...3)
    lines.insert(Data(JobOrder.recallLine.utf8), at: 2)
    var finished: Set<Int64> = []
    var recalled: [Int64]?
    for event in try events(lines).events {
      switch event {
      case .finished(let job, _, _): finished.insert(job.rawValue)
      case .recalled(let jobs): recalled = jobs.map(\.rawValue)
      default: break
      }
    }
    // Each order is either done or given back.
    let given = try #require(recalled)
    #expect(finished.isDisjoint(with: given) && finished.union(given) == [1, 2, 3])
    #expect(given == Array(([1, 2] as [Int64]).suffix(given.count)))
  }

  @Test("an order that cannot be read is refused with a sentence")
  func unreadable() throws {
    for lines in [[#"{"job": 1}"#], [#"{"job": 1}"#, JobOrder.recallLine]] {
      #expect(throws: Worker.Refusal.self) { try events(lines.map { Data($0.utf8) }) }
    }
  }
}
