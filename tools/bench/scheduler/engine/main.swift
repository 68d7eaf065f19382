// Jobs that do nothing, or sleep, through the real session, scheduler and job table.
//   bench-scheduler run FOLDER JOBS WORKERS MILLISECONDS   a session over that many jobs, as JSON
//   bench-scheduler worker MILLISECONDS                    the worker that it starts

import Foundation

switch CommandLine.arguments.dropFirst().first {
case "run" where CommandLine.arguments.count == 6:
  let numbers = CommandLine.arguments[3...].compactMap { Int($0) }
  guard numbers.count == 3 else { fallthrough }
  try Bench(
    folder: CommandLine.arguments[2], jobs: numbers[0], workers: numbers[1],
    milliseconds: numbers[2]
  ).run()
case "worker" where CommandLine.arguments.count == 3:
  guard let milliseconds = UInt32(CommandLine.arguments[2]) else { fallthrough }
  IdleWorker(milliseconds: milliseconds).run()
default:
  print("usage: bench-scheduler run FOLDER JOBS WORKERS MILLISECONDS")
  exit(2)
}
