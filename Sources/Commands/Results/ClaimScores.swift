import Aggregator
import Artifacts
import BuiltinProgram
import Evaluation
import Execution
import Grid
import JobTable
import Keys

/// Reads what single problems came to, for the runs that the grid's claims look at.
struct ClaimScores {
  let results: GridResults
  let reader: JobTableReader
  let store: ArtifactStore

  init(_ results: GridResults, reader: JobTableReader, folder: ResultsFolder) {
    self.results = results
    self.reader = reader
    store = ArtifactStore(folder: folder.artifacts)
  }

  /// The scores by metric; nothing for programs of the user's, which say nothing of single problems.
  ///
  /// - Complexity: every evaluation that the claims touch is read once, some milliseconds each.
  func byMetric() throws -> [String: ProblemScores] {
    let claims = results.grid.specification.claims
    guard !claims.isEmpty, case .builtin = results.grid.specification.program.work else {
      return [:]
    }
    let metrics = Set(claims.flatMap { [$0.metric] + [$0.partner].compactMap(\.self) }).sorted()
      .compactMap { Metric(name: $0) }
    let runs = ClaimVerdict.runs(of: claims, in: results.runs)
      .filter { results.runs.states[$0] == .done }.sorted()
    if metrics.isEmpty || runs.isEmpty { return [:] }
    let artifacts = try reader.runArtifacts(
      ofKind: BuiltinProgram.outcomesKind, in: results.grid.name)
    var scores: [String: ProblemScores] = [:]
    for metric in metrics { scores[metric.name] = ProblemScores() }
    // Many runs share an evaluation, such as that of the state before the first step.
    var known: [StageKey: [String: ProblemScores.Row]?] = [:]
    for run in runs {
      guard let artifact = artifacts[run] else { continue }
      let rows: [String: ProblemScores.Row]?
      if let found = known[artifact.stage] {
        rows = found
      } else {
        rows = self.rows(in: artifact, metrics)
        known.updateValue(rows, forKey: artifact.stage)
      }
      for metric in metrics {
        guard let rows else {
          scores[metric.name]?.lost.insert(run)
          continue
        }
        guard let row = rows[metric.name], isWhole(row, metric.name, run) else { continue }
        scores[metric.name]?.rows[run] = row
      }
    }
    return scores
  }

  /// Whether the scores are those behind the run's figure, to rounding.
  private func isWhole(_ row: ProblemScores.Row, _ metric: String, _ run: Int) -> Bool {
    guard let index = results.runs.metricIndex(metric),
      let value = results.runs.value(ofMetric: index, run: run)
    else { return false }
    return (row.mean - value).magnitude <= 1e-9 * max(1, value.magnitude)
  }

  /// `nil` where the outcomes are gone or cannot be read, which `verify` says more about.
  private func rows(
    in artifact: ArtifactReference, _ metrics: [Metric]
  ) -> [String: ProblemScores.Row]? {
    guard let content = Digest(hex: artifact.sha256),
      let bytes = try? store.get(
        ArtifactName(key: artifact.stage.digest, kind: artifact.kind), expected: content),
      let result = try? EvaluationResult(encoded: bytes)
    else { return nil }
    let digest = result.problemsDigest
    var rows: [String: ProblemScores.Row] = [:]
    for metric in metrics {
      guard let problems = result.problemResults(of: metric) else { continue }
      let strata = problems.sets.map {
        ProblemScores.Stratum(
          name: $0.name, count: $0.scores.count, weight: 1 / Double(problems.sets.count))
      }
      rows[metric.name] = ProblemScores.Row(
        layout: ProblemScores.Layout(strata: strata, problems: digest),
        scores: problems.sets.flatMap(\.scores))
    }
    return rows
  }
}
