import Foundation

/// A worker that answers every order at once, or after a sleep. It reads of an order what it needs, so
/// that what is timed is the owner.
struct IdleWorker {
  let milliseconds: UInt32

  func run() {
    say(#"{"ready":{"_0":{"blas":"none","cpu":"bench","pid":\#(getpid()),"version":"bench"}}}"#)
    while let line = readLine() {
      guard let job = member("job", of: line), let attempt = member("attempt", of: line),
        let stages = line.range(of: "\"stages\":[{\"key\":\"")
      else { return }
      let key = line[stages.upperBound...].prefix { $0 != "\"" }
      if milliseconds > 0 { usleep(milliseconds * 1000) }
      let head = "\"attempt\":\(attempt),\"job\":\(job)"
      say(
        "{\"completed\":{\(head),\"result\":{\"artifacts\":[],\"metrics\":{\"value\":\(job)},"
          + "\"seconds\":0,\"stage\":\"\(key)\"}}}\n{\"finished\":{\(head)}}")
    }
  }

  private func member(_ name: String, of line: String) -> Substring? {
    guard let found = line.range(of: "\"\(name)\":") else { return nil }
    return line[found.upperBound...].prefix { $0.isNumber }
  }

  private func say(_ text: String) {
    var line = text + "\n"
    line.withUTF8 { bytes in
      guard write(1, bytes.baseAddress, bytes.count) == bytes.count else { exit(1) }
    }
  }
}
