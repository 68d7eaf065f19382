import Grid
import JobTable

/// A base model that is ready, and what it can do before any post-training, measured on development
/// problems.
struct PreparedBase {
  let parameters: ParameterAssignment
  let metrics: [String: Double]

  static func all(in reader: JobTableReader) throws -> [PreparedBase] {
    let prepared = try reader.results(ofKind: "prepare")
    // A tuned base is named by what was pretrained, too.
    let tuned = try reader.results(ofKind: "tune")
    return (prepared + tuned).compactMap { detail in
      let parent = prepared.first { detail.stage.parents.contains($0.stage.key) }
      return detail.result.map {
        PreparedBase(
          parameters: detail.stage.parameters.merging(parent?.stage.parameters ?? [:]) { own, _ in
            own
          }, metrics: $0.metrics)
      }
    }
  }

  /// The bases that a grid's runs start from.
  static func all(
    in reader: JobTableReader, of specification: GridSpecification
  ) throws -> [PreparedBase] {
    func values(of name: String) -> [ParameterValue] {
      let axis = specification.axes.flatMap { $0.points.values(of: name) }
      return axis + [specification.fixed[name]].compactMap(\.self)
    }
    let models = values(of: "model")
    let seeds = values(of: "model_seed")
    return try all(in: reader).filter { base in
      func isUsed(_ name: String, _ values: [ParameterValue]) -> Bool {
        guard let own = base.parameters[name] else { return false }
        return values.isEmpty || values.contains { $0.isSame(as: own) }
      }
      return isUsed("model", models) && isUsed("model_seed", seeds)
    }
  }

  var name: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// One line a base: greedy, sampled and best-of-16 accuracy.
  static func table(_ bases: [PreparedBase]) -> String {
    let rows = bases.map { base in
      (
        base.name,
        ["development_greedy", "development_sampled", "development_pass_at_16"].map {
          base.metrics[$0].map(Self.share) ?? "–"
        }
      )
    }
    let width = max(rows.map(\.0.count).max() ?? 0, 10)
    func line(_ name: String, _ cells: [String]) -> String {
      name + String(repeating: " ", count: width - name.count)
        + cells.map { String(repeating: " ", count: max(0, 14 - $0.count)) + $0 }.joined()
    }
    return
      (["Base models, accuracy on development problems"]
      + [line("", ["greedy", "sampled T=1", "pass@16"])]
      + rows.map { line($0.0, $0.1) }).joined(separator: "\n")
  }

  private static func share(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let digits = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
