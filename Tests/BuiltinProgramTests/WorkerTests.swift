import Foundation
import Glibc
import Grid
import Synchronization
import Testing

@testable import BuiltinProgram

@Suite("The worker's loop")
struct WorkerTests {
  @Test("orders in, events out, line by line; the end of input is told at once")
  func loop() throws {
    let folder = TemporaryStore()
    let grid = TestGrid(["pretraining_steps": .integer(2)])
    let input = Pipe()
    let output = Pipe()
    let encoder = JSONEncoder()
    var orders = Data()
    for job in 1...2 {
      orders.append(try encoder.encode(order([grid.prepare], job: Int64(job))))
      orders.append(UInt8(ascii: "\n"))
    }
    try input.fileHandleForWriting.write(contentsOf: orders)
    try input.fileHandleForWriting.close()
    let ended = Mutex(false)
    try Worker.run(
      store: folder.store, version: "test", input: input.fileHandleForReading.fileDescriptor,
      output: output.fileHandleForWriting.fileDescriptor
    ) { ended.withLock { $0 = true } }
    try output.fileHandleForWriting.close()
    #expect(ended.withLock { $0 })

    let decoder = JSONDecoder()
    let events = try output.fileHandleForReading.readToEnd().map { data in
      try data.split(separator: UInt8(ascii: "\n")).map {
        try decoder.decode(WorkerEvent.self, from: $0)
      }
    }
    guard case .ready(let environment)? = events?.first else {
      Issue.record("the first event is not ready")
      return
    }
    #expect(environment.pid == getpid())
    #expect(environment.version == "test")
    #expect(!environment.cpu.isEmpty && !environment.blas.isEmpty)
    let finished = events?.compactMap {
      if case .finished(let job, _, _) = $0 { job.rawValue } else { nil }
    }
    #expect(finished == [1, 2])
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
    let folder = TemporaryStore()
    let grid = TestGrid(["pretraining_steps": .integer(2)])
    let input = Pipe()
    let output = Pipe()
    let orders = try (1...3).map {
      try JSONEncoder().encode(order([grid.prepare], job: Int64($0))) + Data("\n".utf8)
    }
    // All are there before the worker begins, but for the last: none or some are begun meanwhile.
    let recall = Data((JobOrder.recallLine + "\n").utf8)
    try input.fileHandleForWriting.write(contentsOf: orders[0] + orders[1] + recall + orders[2])
    try input.fileHandleForWriting.close()
    try Worker.run(
      store: folder.store, version: "test", input: input.fileHandleForReading.fileDescriptor,
      output: output.fileHandleForWriting.fileDescriptor, inputEnded: {})
    try output.fileHandleForWriting.close()
    var finished: Set<Int64> = []
    var recalled: [Int64]?
    for line in try output.fileHandleForReading.readToEnd()?.split(separator: UInt8(ascii: "\n"))
      ?? []
    {
      switch try JSONDecoder().decode(WorkerEvent.self, from: line) {
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
    let input = Pipe()
    let output = Pipe()
    try input.fileHandleForWriting.write(contentsOf: Data("{\"job\": 1}\n".utf8))
    try input.fileHandleForWriting.close()
    #expect(throws: Worker.Refusal.self) {
      try Worker.run(
        store: TemporaryStore().store, version: "test",
        input: input.fileHandleForReading.fileDescriptor,
        output: output.fileHandleForWriting.fileDescriptor, inputEnded: {})
    }
  }
}
