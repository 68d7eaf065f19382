import Artifacts
import Dispatch
import Foundation
import Glibc
import Grid
import Scheduler
import Synchronization

/// One worker process: orders go in, events come out, and what it says on standard error goes into
/// the log of the attempt that it is at, as far as was heard.
///
/// `@unchecked Sendable`: what is read and logged is touched on `queue` only; `child` and `input`
/// are safe by themselves.
final class WorkerProcess: @unchecked Sendable {
  /// What the worker makes known.
  enum Word: Sendable {
    case event(WorkerEvent)
    case violation(String)
    case ended(ProcessEnd, detail: String)
  }

  /// A line that is longer is nonsense.
  static let longestLine = 8 << 20
  /// Progress that comes more often than this is dropped: the owner's time is for results.
  private static let progressInterval = Duration.milliseconds(50)

  private let queue: DispatchQueue
  private let post: @Sendable ([Word]) -> Void
  /// What was said and is not made known yet.
  private var words: [Word] = []
  private let input: InputPipe
  private let child: ChildProcess
  private var lines = LineSplitter(limit: WorkerProcess.longestLine)
  private let decoder = JSONDecoder()
  private var log: AttemptLog
  /// The orders that were sent.
  private let orders = Mutex(SentOrders())
  private var listening = ListeningPace()
  /// Where the logs of attempts are.
  private let logs: LogStore
  private var lastProgress: SuspendingClock.Instant?
  private var hasViolated = false
  private var hasEnded = false

  /// - Parameters:
  ///   - log: for what it says before its first order.
  ///   - logs: for what it says from then on.
  ///   - post: called on the worker's queue with what came together.
  init(
    _ spawned: SpawnedProcess, input descriptor: Int32, name: String, log: AttemptLog,
    logs: LogStore, watch: DescriptorWatch, post: @escaping @Sendable ([Word]) -> Void
  ) {
    queue = DispatchQueue(label: "espalier.worker.\(name)")
    input = InputPipe(descriptor, queue: queue, watch: watch)
    self.log = log
    self.logs = logs
    self.post = post
    child = ChildProcess(spawned, queue: queue, watch: watch)
    let handlers = ChildProcess.Handlers(
      output: { [unowned self] in readOutput($0) },
      patience: { [unowned self] in
        listening.patience(at: .now, waiting: orders.withLock { $0.waiting })
      },
      outputClosed: { [unowned self] in outputClosed() },
      error: { [unowned self] in
        turnLog()
        self.log.write($0)
        self.log.flush()
      },
      ended: { [self] in ended($0) })
    child.start(handlers)
  }

  /// Hands over orders with their lines; what the worker says while it is at one belongs into its log.
  func send(_ lines: [UInt8], logs names: [LogName]) {
    orders.withLock { orders in
      for name in names { orders.send(name) }
    }
    input.write(lines)
  }

  /// Goes on to the log of the order that the worker is at.
  private func turnLog() {
    guard let name = orders.withLock({ $0.log }), name != log.name else { return }
    log.finish()
    log = AttemptLog(name, in: logs)
  }

  /// Asks the worker for the orders that it has not begun.
  func recall() {
    input.write(Array(JobOrder.recallLine.utf8) + [UInt8(ascii: "\n")])
  }

  /// Asks the worker to complete the stage it is at and to end.
  func drain() {
    input.write(Array(JobOrder.drainLine.utf8) + [UInt8(ascii: "\n")])
  }

  /// Closes the worker's standard input.
  func dismiss() {
    input.finish()
  }

  func send(_ signal: Int32) {
    child.send(signal)
  }

  private func readOutput(_ bytes: UnsafeRawBufferPointer) {
    listening.heard(bytes.count)
    lines.take(bytes) { piece, line in
      guard !hasViolated else { return }
      switch piece {
      case .line: readLine(line)
      case .part, .lastPart: violate("it printed a line longer than \(Self.longestLine) bytes")
      }
    }
    tell()
  }

  private func tell() {
    guard !words.isEmpty else { return }
    let said = words
    words = []
    post(said)
  }

  private func readLine(_ line: UnsafeRawBufferPointer) {
    let event: WorkerEvent
    do {
      event = try WorkerEvent.reading(line, decoder)
    } catch {
      let quoted = String(decoding: line.prefix(160), as: UTF8.self)
      return violate("it printed what is no event: “\(quoted)\(line.count > 160 ? "…" : "")”")
    }
    switch event {
    case .progress:
      let now = SuspendingClock.now
      if let lastProgress, now < lastProgress + Self.progressInterval { return }
      lastProgress = now
    case .finished, .failed, .artifactLost:
      orders.withLock { $0.answered() }
      listening.orderAnswered()
    case .recalled(let jobs): orders.withLock { $0.recalled(jobs.count) }
    case .ready, .completed, .storeFailed: break
    }
    words.append(.event(event))
  }

  private func violate(_ message: String) {
    hasViolated = true
    turnLog()
    log.note(message)
    words.append(.violation(message))
  }

  /// A worker closes its output by ending, so its end should follow at once; one that lives on can
  /// never say anything again.
  private func outputClosed() {
    queue.asyncAfter(deadline: .now() + .seconds(2)) { [self] in
      if !hasEnded { violate("it closed its output and went on") }
      tell()
    }
  }

  private func ended(_ end: ProcessEnd) {
    turnLog()
    lines.finish { _, line in
      // Half a line is what a worker that was killed leaves.
      log.note("it ended in the middle of a line of \(line.count) bytes")
    }
    log.finish()
    let detail = log.detail
    input.abandon()
    hasEnded = true
    words.append(.ended(end, detail: detail))
    tell()
  }
}
