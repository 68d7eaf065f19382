import Artifacts
import CShims
import Foundation
import Glibc
import Grid
import LanguageModel

/// A worker process: job orders come in as JSON lines on standard input, events go out as JSON lines
/// on standard output.
package enum Worker {
  /// Why a worker cannot go on.
  package enum Refusal: Error, CustomStringConvertible {
    case processorLacks([String])
    case orderUnreadable(String)

    package var description: String {
      switch self {
      case .processorLacks(let features):
        "this computer's processor has no \(features.joined(separator: " and no ")), which the "
          + "built-in program needs; run it on an x86-64 processor of 2013 or later. External "
          + "programs run here all the same"
      case .orderUnreadable(let reason):
        "an order cannot be read (\(reason)); are owner and worker of one version?"
      }
    }
  }

  /// Works until standard input ends, and then ends the process at once with status 0, even in the
  /// middle of a computation: whoever sent the orders is gone, and nobody wants the result. Asked to
  /// drain, it ends when the stage that it is at is completed or saved.
  ///
  /// Standard output carries nothing but events: what anything else prints there goes to standard
  /// error.
  ///
  /// - Parameters:
  ///   - store: where artifacts are.
  ///   - version: Espalier's version, with the commit where known.
  /// - Throws: `Refusal`.
  package static func run(store: ArtifactStore, version: String) throws -> Never {
    let output = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    try run(store: store, version: version, input: STDIN_FILENO, output: output) { _exit(0) }
    _exit(0)
  }

  /// The loop on given file descriptors; returns when `input` has ended and no order is left.
  ///
  /// - Parameter inputEnded: called on the reading thread.
  static func run(
    store: ArtifactStore, version: String, input: Int32, output: Int32,
    inputEnded: @escaping @Sendable () -> Void
  ) throws {
    let lacking = Processor.missingFeatures
    guard lacking.isEmpty else { throw Refusal.processorLacks(lacking) }

    let orders = OrderQueue()
    let events = EventWriter(descriptor: output)
    let reader = Thread {
      orders.fill(from: input) { lines in
        let decoder = JSONDecoder()
        do {
          events.write(
            .recalled(jobs: try lines.map { try decoder.decode(JobOrder.self, from: $0).job }))
        } catch {
          // Whoever comes to the one that cannot be read says so.
          for line in lines { orders.append(line) }
          events.write(.recalled(jobs: []))
        }
      }
      inputEnded()
      orders.close()
    }
    reader.name = "orders"
    reader.start()

    espalier_fault_pass(ESPALIER_FAULT_WORKER_START)
    events.write(.ready(environment(version: version)))
    espalier_fault_pass(ESPALIER_FAULT_WORKER_START)
    let runner = JobRunner(
      store: store, isDraining: { orders.isDraining }, emit: { events.write($0) })
    let decoder = JSONDecoder()
    while let line = orders.next() {
      let order: JobOrder
      do {
        order = try decoder.decode(JobOrder.self, from: line)
      } catch {
        throw Refusal.orderUnreadable("\(error)")
      }
      runner.run(order)
    }
  }
}
