import ArgumentParser

/// The exit statuses that the design promises.
enum ExitStatus: Int32 {
  case done = 0
  case someRunsFailed = 1
  case usage = 2
  case stoppedEarly = 3
  case store = 4
  case stoppedAtOnce = 130

  var code: ExitCode { ExitCode(rawValue) }
}
