/// What the columns of a file are, where the user has not said it.
package struct ColumnGuess: Hashable, Sendable {
  package let roles: ColumnRoles
  /// What was guessed, as one sentence; `nil` where nothing was.
  package let sentence: String?

  /// Fills in what was not asked for.
  ///
  /// Espalier's own `runs.csv` says by its order what is what. Else a column is judged by its name
  /// where that is a usual one, and by its values: texts and numbers that recur tell cells apart,
  /// numbers that hardly do are metrics.
  ///
  /// - Parameters:
  ///   - axes: what the user asked for, as `replicates` and `metrics`; `nil` where nothing was said.
  ///   - metricLimit: at most so many metrics are guessed, the first ones.
  /// - Throws: what is wrong with the names.
  package init(
    _ sample: ColumnSample, axes: [String]?, replicates: [String]?, metrics: [String]?,
    metricLimit: Int? = nil
  ) throws(ColumnFault) {
    let named = Set((axes ?? []) + (replicates ?? []) + (metrics ?? []))
    var kinds: [(name: String, kind: Kind)] = []
    for (index, column) in sample.columns.enumerated() where !named.contains(column.name) {
      kinds.append((column.name, Self.kind(of: index, in: sample)))
    }
    func names(_ kind: Kind) -> [String] { kinds.filter { $0.kind == kind }.map(\.name) }

    var roles = ColumnRoles()
    roles.state = names(.state).first
    roles.replicates = replicates ?? Array(names(.replicate).prefix(1))
    roles.axes = axes ?? names(.axis) + names(.replicate).filter { !roles.replicates.contains($0) }
    roles.metrics = metrics ?? Array(names(.metric).prefix(metricLimit ?? .max))
    if roles.metrics.isEmpty {
      // Better a number that recurs than none.
      let numeric = sample.columns.filter(\.isNumeric).map(\.name)
      let free = numeric.filter {
        !roles.replicates.contains($0) && axes?.contains($0) != true && !Self.isAxisName($0)
      }
      roles.metrics = Array(free.suffix(1))
      if axes == nil { roles.axes.removeAll { roles.metrics.contains($0) } }
    }
    try sample.header.check(roles)
    self.roles = roles

    var parts: [String] = []
    if axes == nil {
      parts.append(roles.axes.isEmpty ? "one cell of all rows" : "cells by \(roles.axes.listed)")
    }
    if replicates == nil, let replicate = roles.replicates.first {
      parts.append("replicates \(replicate)")
    }
    if metrics == nil {
      parts.append("\(roles.metrics.count == 1 ? "metric" : "metrics") \(roles.metrics.listed)")
    }
    let used = Set(roles.axes + roles.replicates + roles.metrics + [roles.state].compactMap(\.self))
    let unused = sample.columns.map(\.name).filter { !used.contains($0) }
    if axes == nil || metrics == nil, !unused.isEmpty {
      let shown = unused.prefix(8).joined(separator: ", ")
      parts.append(
        "left out \(unused.count > 8 ? "\(shown) and \(unused.count - 8) more" : shown)")
    }
    sentence =
      parts.isEmpty
      ? nil
      : "guessed: \(parts.joined(separator: "; ")). --by, --replicate and --metric say it."
  }

  enum Kind { case axis, replicate, metric, state, other }

  static func kind(of index: Int, in sample: ColumnSample) -> Kind {
    let column = sample.columns[index]
    let name = plainName(column.name)
    if RunStateText.columnNames.contains(name), column.allStates, !column.isEmpty { return .state }
    if let state = sample.header.names.firstIndex(of: "state"), state > 0,
      sample.header.names[0] == "run"
    {
      if index == 0 { return .other }
      if index > state { return column.isEmpty ? .other : .metric }
      return replicateNames.contains(name) ? .replicate : .axis
    }
    if column.isEmpty { return .other }
    if replicateNames.contains(name) { return .replicate }
    let distinct = column.distinct.count
    let isIdentifier = identifierNames.contains(name) && 2 * distinct > sample.rows
    if isIdentifier || clockNames.contains(name) { return .other }
    guard column.isNumeric else { return distinct <= max(20, sample.rows / 4) ? .axis : .other }
    if isAxisName(name) { return isConstant(column, sample) ? .other : .axis }
    if isMetricName(name) { return .metric }
    if isConstant(column, sample) { return .other }
    return 4 * distinct <= sample.rows && distinct <= 200 ? .axis : .metric
  }

  /// Nothing to tell cells apart by, in a file that was seen whole.
  private static func isConstant(_ column: ColumnSample.Column, _ sample: ColumnSample) -> Bool {
    sample.isWhole && sample.rows > 1 && column.distinct.count == 1
  }

  /// `eval/Accuracy` and `config.accuracy` are `accuracy`.
  private static func plainName(_ name: String) -> String {
    let last = name.lowercased().split { $0 == "/" || $0 == "." }.last.map(String.init) ?? ""
    return String(last.map { $0 == " " || $0 == "-" ? "_" : $0 })
  }

  private static let replicateNames: Set<String> = [
    "seed", "random_seed", "run_seed", "rng_seed", "replicate", "repetition", "rep", "fold",
    "trial",
  ]

  private static let identifierNames: Set<String> = [
    "run", "run_id", "id", "name", "run_name", "uuid", "job", "job_id", "index", "unnamed:_0", "",
    "user", "username", "host", "hostname", "notes", "tags", "group", "sweep", "commit", "path",
  ]

  private static let clockNames: Set<String> = [
    "_timestamp", "_runtime", "timestamp", "runtime", "created", "created_at", "updated",
    "updated_at", "heartbeat_at", "started", "finished", "end_time", "start_time", "date",
  ]

  private static func isAxisName(_ name: String) -> Bool {
    axisNames.contains(plainName(name))
  }

  private static let axisNames: Set<String> = [
    "step", "_step", "global_step", "trainer_step", "epoch", "iteration", "temperature", "lr",
    "learning_rate", "batch_size", "n_shot", "num_fewshot", "shots", "version", "model_seed",
    "weight_decay", "dropout", "layers", "width", "depth",
  ]

  private static func isMetricName(_ name: String) -> Bool {
    let words = name.split { !$0.isLetter }.map(String.init)
    return name.contains("pass@") || words.contains { metricWords.contains($0) }
  }

  private static let metricWords: Set<String> = [
    "accuracy", "acc", "loss", "error", "err", "score", "f1", "f", "bleu", "rouge", "perplexity",
    "ppl", "reward", "return", "entropy", "auroc", "auc", "ece", "brier", "precision", "recall",
    "value", "metric", "stderr", "mse", "mae", "rmse", "em", "exact", "rate", "norm", "seconds",
    "throughput", "bpb", "bits", "nll", "mcc",
  ]
}
