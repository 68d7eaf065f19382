import Foundation
import Glibc
import Grid
import Kernels

/// Seconds of the system's monotonic clock.
func monotonicSeconds() -> Double { seconds(of: CLOCK_MONOTONIC) }

/// Seconds since 1970, for records.
func secondsSince1970() -> Double { seconds(of: CLOCK_REALTIME) }

private func seconds(of clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

extension BuiltinProgram {
  /// The processor's model name as Linux tells it.
  package static var processorName: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("model name") }),
      let name = line.split(separator: ":", maxSplits: 1).last
    else { return "unknown" }
    return name.trimmingCharacters(in: .whitespaces)
  }
}

extension Worker {
  /// Where this process's results come from.
  static func environment(version: String) -> WorkerEnvironment {
    WorkerEnvironment(
      pid: getpid(), version: version, cpu: BuiltinProgram.processorName,
      blas: "own kernels, \(ProductKind.instructions)")
  }
}
