import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Execution

/// Descriptors that are listened to now and then, and the alarm.
@Suite struct DescriptorWatchTests {
  /// A pipe with a byte in it.
  func filledPipe() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    write(ends[1], "x", 1)
    return (ends[0], ends[1])
  }

  @Test func theAlarmRingsOnceAndTheLastOneSetCounts() throws {
    let watch = try DescriptorWatch()
    defer { watch.finish() }
    let queue = DispatchQueue(label: "test")
    let rung = Mutex<[String]>([])
    let done = DispatchSemaphore(value: 0)
    @Sendable func ring(_ name: String) { rung.withLock { $0.append(name) } }
    // Farther than a number of milliseconds reaches: the thread sleeps in pieces.
    watch.setAlarm(at: .now + .seconds(3_000_000), queue: queue) { ring("far") }
    watch.setAlarm(at: .now + .milliseconds(1), queue: queue) {
      ring("near")
      // Set from within, they need nobody to wake the thread, which looks when this is over.
      watch.setAlarm(at: .now, queue: queue) { ring("replaced") }
      watch.cancelAlarm()
      watch.setAlarm(at: .now, queue: queue) { ring("replaced") }
      watch.setAlarm(at: .now + .milliseconds(1), queue: queue) {
        ring("within")
        done.signal()
      }
    }
    try #require(done.wait(timeout: .now() + .seconds(60)) == .success)
    #expect(rung.withLock { $0 } == ["near", "within"])
  }

  /// Two that rest are heard together, at the end of the shorter rest.
  @Test func restsEndTogether() throws {
    let watch = try DescriptorWatch()
    defer { watch.finish() }
    let queue = DispatchQueue(label: "test")
    let pipes = [filledPipe(), filledPipe()]
    defer {
      for pipe in pipes {
        close(pipe.reading)
        close(pipe.writing)
      }
    }
    let done = DispatchSemaphore(value: 0)
    let heard = Mutex<[(pipe: Int, time: SuspendingClock.Instant)]>([])
    let began = SuspendingClock.now
    let rests: [ClosedRange<Duration>] = [
      .milliseconds(30)...(.milliseconds(40)), .milliseconds(20)...(.seconds(3600)),
    ]
    for (index, pipe) in pipes.enumerated() {
      _ = watch.add(pipe.reading, .reading, queue: queue, isBrief: true) { name in
        let count = heard.withLock { heard in
          heard.append((index, .now))
          return heard.count { $0.pipe == index }
        }
        if count == 1 { watch.arm(name, after: rests[index]) } else { done.signal() }
      }
    }
    for _ in rests { try #require(done.wait(timeout: .now() + .seconds(60)) == .success) }
    let times = heard.withLock { $0.suffix(2).map { began.duration(to: $0.time) } }
    #expect(Set(heard.withLock { $0.suffix(2).map(\.pipe) }) == [0, 1])
    #expect(times.allSatisfy { $0 >= .milliseconds(20) })
  }

  /// What is removed while it rests is not heard again.
  @Test func whatIsRemovedIsForgotten() throws {
    let watch = try DescriptorWatch()
    defer { watch.finish() }
    let queue = DispatchQueue(label: "test")
    let pipe = filledPipe()
    defer {
      close(pipe.reading)
      close(pipe.writing)
    }
    let calls = Mutex(0)
    let done = DispatchSemaphore(value: 0)
    _ = watch.add(pipe.reading, .reading, queue: queue, isBrief: true) { name in
      calls.withLock { $0 += 1 }
      watch.arm(name, after: .milliseconds(5)...(.milliseconds(10)))
      watch.remove(name)
      watch.setAlarm(at: .now + .milliseconds(30), queue: queue) { done.signal() }
    }
    try #require(done.wait(timeout: .now() + .seconds(60)) == .success)
    #expect(calls.withLock { $0 } == 1)
  }
}
