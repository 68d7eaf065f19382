import Glibc
import Keys

/// What one piece of work took, beside the bare products it contains.
struct Result {
  let model: String
  let work: String
  let tokens: Int
  /// Of the products alone; 0 where the work has no fixed number.
  let operations: Double
  let time: Timing
  let own: Timing?
  let blas: Timing?
  /// Operations a second of the processor, measured beside it.
  let peak: Double

  var rate: Double { operations / time.median }
}

/// Prints the results as they come and collects them for a file.
final class Report {
  private var results: [Result] = []

  func printHeader(blas: String?) {
    print("bare products: own kernels, \(blas ?? "and OpenBLAS, which is not installed")")
    print(
      padded("model", 7) + padded("work", 30)
        + "   min ms    median       max  tokens/s  GFLOP/s  % peak  % own  % BLAS")
  }

  func add(_ result: Result) {
    results.append(result)
    func share(_ timing: Timing?) -> String {
      timing.map { right(100 * $0.median / result.time.median, 7) } ?? right(nil, 7)
    }
    let known = result.operations > 0
    print(
      padded(result.model, 7) + padded(result.work, 30)
        + right(result.time.least * 1e3, 9, digits: 2)
        + right(result.time.median * 1e3, 10, digits: 2)
        + right(result.time.most * 1e3, 10, digits: 2)
        + right(Double(result.tokens) / result.time.median, 10, digits: 0)
        + right(known ? result.rate * 1e-9 : nil, 9)
        + right(known ? 100 * result.rate / result.peak : nil, 8) + share(result.own)
        + share(result.blas))
    fflush(nil)
  }

  /// The least share of a training step's time that its bare products, by the engine's own kernels,
  /// should take, by model.
  private static let goals = [("M", "pretraining", 0.75), ("dense", "training", 0.85)]

  /// A sentence for each goal that was missed.
  var missed: [String] {
    Self.goals.compactMap { model, work, goal in
      guard
        let result = results.first(where: { $0.model == model && $0.work.hasPrefix(work) }),
        let own = result.own, own.median / result.time.median < goal
      else { return nil }
      let share = right(100 * own.median / result.time.median, 0)
      return "missed: \(model), \(result.work): bare products take \(share)% of the time, "
        + "not \(right(100 * goal, 0, digits: 0))%"
    }
  }

  /// Everything as JSON.
  func json(blas: String?) -> String {
    func milliseconds(_ timing: Timing) -> CanonicalJSON {
      .object([
        "min": .number(timing.least * 1e3), "median": .number(timing.median * 1e3),
        "max": .number(timing.most * 1e3),
      ])
    }
    let works = results.map { result in
      var members: [String: CanonicalJSON] = [
        "model": .string(result.model), "work": .string(result.work),
        "tokens": .integer(result.tokens), "milliseconds": milliseconds(result.time),
        "peak_gflops": .number(result.peak * 1e-9),
      ]
      if result.operations > 0 { members["gflops"] = .number(result.rate * 1e-9) }
      for (name, timing) in [("own", result.own), ("blas", result.blas)] {
        guard let timing else { continue }
        members["bare_\(name)_milliseconds"] = milliseconds(timing)
        members["bare_\(name)_share"] = .number(timing.median / result.time.median)
      }
      return CanonicalJSON.object(members)
    }
    return CanonicalJSON.object([
      "blas": blas.map { .string($0) } ?? .null, "works": .array(works),
    ]).text + "\n"
  }
}

/// A number in so many columns; a dash where there is none.
func right(_ value: Double?, _ width: Int, digits: Int = 1) -> String {
  var text = "–"
  if let value {
    let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    text = "\((value * scale).rounded() / scale)"
    if digits == 0, text.hasSuffix(".0") { text.removeLast(2) }
  }
  return String(repeating: " ", count: max(1, width - text.count)) + text
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
