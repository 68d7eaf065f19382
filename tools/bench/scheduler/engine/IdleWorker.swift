import Foundation

/// A worker that answers every order at once, or after a sleep. It reads of an order what it needs, so
/// that what is timed is the owner.
struct IdleWorker {
  let milliseconds: UInt32

  func run() {
    say(#"{"ready":{"_0":{"blas":"none","cpu":"bench","pid":\#(getpid()),"version":"bench"}}}"#)
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    let input = fdopen(0, "r")
    while getline(&line, &capacity, input) > 0 {
      guard let line else { return }
      if strstr(line, "\"recall\":") == line + 1 {
        say(#"{"recalled":{"jobs":[]}}"#)
        continue
      }
      guard let job = number("\"job\":", line),
        let attempt = number("\"attempt\":", line),
        let stage = strstr(line, "\"stages\":[{\"key\":\"")
      else { return }
      let key = String(
        decoding: UnsafeRawBufferPointer(start: stage + 18, count: 64), as: UTF8.self)
      if milliseconds > 0 { usleep(milliseconds * 1000) }
      let head = "\"attempt\":\(attempt),\"job\":\(job)"
      say(
        "{\"completed\":{\(head),\"result\":{\"artifacts\":[],\"metrics\":{\"value\":\(job)},"
          + "\"seconds\":0,\"stage\":\"\(key)\"}}}\n{\"finished\":{\"at\":\(now),\(head)}}")
    }
  }

  /// Seconds since 1970.
  private var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private func number(_ name: String, _ line: UnsafePointer<CChar>) -> Int? {
    strstr(line, name).map { atol($0 + name.utf8.count) }
  }

  private func say(_ text: String) {
    var line = text + "\n"
    line.withUTF8 { bytes in
      guard write(1, bytes.baseAddress, bytes.count) == bytes.count else { exit(1) }
    }
  }
}
