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
      if case .finished(let job, _) = $0 { job.rawValue } else { nil }
    }
    #expect(finished == [1, 2])
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
