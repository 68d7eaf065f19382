import Glibc

/// Seconds that this thread has computed: other work on the machine does not count.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Seconds of repetitions of the same work.
struct Timing {
  private let sorted: [Double]

  init(_ seconds: [Double]) {
    sorted = seconds.sorted()
  }

  var least: Double { sorted[0] }
  var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
  var most: Double { sorted[sorted.count - 1] }
}

/// One of the things that are compared.
struct Side {
  /// Before each repetition, not timed.
  var prepare: () -> Void = {}
  let run: () -> Void
}

/// Runs each side once to warm up, then all of them in turn, so that what disturbs the machine for a
/// while disturbs all.
func interleaved(_ sides: [Side], repetitions: Int) -> [Timing] {
  for side in sides {
    side.prepare()
    side.run()
  }
  var seconds = [[Double]](repeating: [], count: sides.count)
  for _ in 0..<repetitions {
    for (index, side) in sides.enumerated() {
      side.prepare()
      let start = now()
      side.run()
      seconds[index].append(now() - start)
    }
  }
  return seconds.map { Timing($0) }
}

/// The largest resident size of this process so far in bytes, as the kernel counts it.
func peakResidentBytes() -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    if text.hasPrefix("VmHWM:") {
      let digits = text.filter(\.isNumber)
      return (Int(digits) ?? 0) * 1024
    }
  }
  return 0
}
