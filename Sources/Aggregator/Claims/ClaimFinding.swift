import Grid
import Statistics

/// What the runs say of one claim, before the number of claims is taken into account.
struct ClaimFinding {
  let claim: Claim
  private(set) var evidence: ClaimEvidence?
  /// Why there is no evidence.
  private(set) var obstacle: String?
  private(set) var count = 0
  private(set) var sources: [ClaimVerdict.Source] = []
  private(set) var groups: [ClaimVerdict.Group] = []
  /// What should be known of the sample, whatever the verdict.
  private(set) var remarks: [String] = []

  init(_ claim: Claim, in table: RunTable, scores: [String: ProblemScores]) {
    self.claim = claim
    let selection: ClaimSelection
    do {
      selection = try ClaimSelection(claim, in: table)
    } catch {
      obstacle = error.description
      return
    }
    let metric = table.metricIndex(claim.metric)
    groups = selection.groups.map { group in
      let values =
        metric.map { metric in group.runs.map { table.metrics[metric].values[$0] } } ?? []
      let isWhole = !values.isEmpty && values.allSatisfy(\.isFinite)
      return ClaimVerdict.Group(
        values: group.values, runs: group.runs,
        mean: isWhole ? values.reduce(0, +) / Double(values.count) : nil)
    }
    if selection.replicates.count < selection.planned {
      remarks.append(
        "\(selection.replicates.count) of \(selection.planned) replicates are there in every "
          + "selection")
    }
    let metrics = [claim.metric] + [claim.partner].compactMap(\.self)
    for name in metrics {
      if let lack = Self.lack(of: name, in: selection, table, scores[name]) {
        obstacle = lack
        return
      }
    }
    let sample = sample(of: selection, table, scores)
    count = sample.replicates
    sources =
      sample.factors.filter { $0.levels > 1 }
      .map { ClaimVerdict.Source(name: $0.name, levels: $0.levels) }
    if let problems = sample.problems {
      sources.append(
        ClaimVerdict.Source(
          name: ClaimEstimate.problems,
          levels: problems.strata.reduce(0) { $0 + ($1.weight == 0 ? 0 : $1.count) }))
    }
    do {
      evidence = try ClaimEvidence(claim, sample)
    } catch {
      obstacle = error.description(of: sample.replicates)
    }
  }

  // MARK: The sample

  private mutating func sample(
    of selection: ClaimSelection, _ table: RunTable, _ scores: [String: ProblemScores]
  ) -> ClaimSample {
    func values(_ name: String) -> [Double] {
      let metric = table.metrics[table.metricIndex(name)!]
      return selection.runs.flatMap { $0.map { metric.values[$0] } }
    }
    func rows(_ name: String) -> [ProblemScores.Row]? {
      guard let scores = scores[name] else { return nil }
      let rows = selection.runs.flatMap { $0.compactMap { scores.rows[$0] } }
      return rows.count == selection.runs.reduce(0) { $0 + $1.count } ? rows : nil
    }
    var problems: ClaimSample.Problems?
    if let own = rows(claim.metric), let layout = own.first?.layout {
      let partner = claim.partner.flatMap(rows)
      if (own + (partner ?? [])).allSatisfy({ $0.layout.problems == layout.problems }) {
        problems = ClaimSample.Problems(
          strata: layout.strata, rows: own.map(\.scores), partnerRows: partner?.map(\.scores))
      } else {
        remarks.append("the runs answer different problems, whose choice is not covered")
      }
    }
    return ClaimSample(
      conditions: selection.runs.count, replicates: selection.replicates.count,
      factors: selection.factors, values: values(claim.metric),
      partner: claim.partner.map(values), problems: problems)
  }

  /// Why the runs of a selection do not have a metric; `nil` if they all have it.
  private static func lack(
    of metric: String, in selection: ClaimSelection, _ table: RunTable, _ scores: ProblemScores?
  ) -> String? {
    let runs = Set(selection.runs.joined()).sorted()
    var failed = 0
    var open = 0
    var without = 0
    let values = table.metricIndex(metric).map { table.metrics[$0].values }
    for run in runs {
      switch table.states[run] {
      case .failed: failed += 1
      case .pending, .running: open += 1
      case .done: if values?[run].isFinite != true { without += 1 }
      }
    }
    var parts: [String] = []
    if failed > 0 { parts.append("\(failed) failed") }
    if open > 0 { parts.append("\(open) not done yet") }
    if without > 0 { parts.append("\(without) done without the metric \(metric)") }
    if !parts.isEmpty {
      return "of \(runs.count) \(runs.count == 1 ? "run" : "runs") "
        + parts.joined(separator: ", ")
    }
    let lost = scores.map { scores in runs.count { scores.lost.contains($0) } } ?? 0
    return lost == 0
      ? nil
      : "the outcomes of single problems are gone for \(lost) of \(runs.count) "
        + (runs.count == 1 ? "run" : "runs")
  }

  // MARK: The verdict

  func verdict(correctedPValue: Double) -> ClaimVerdict {
    let (verdict, reason) = judgement(correctedPValue)
    return ClaimVerdict(
      claim: claim, verdict: verdict, effect: evidence?.effect, interval: evidence?.interval,
      count: count, sources: sources, pValue: evidence?.pValue,
      correctedPValue: evidence == nil ? nil : correctedPValue,
      reason: ([reason] + remarks).joined(separator: "; "), groups: groups)
  }

  private func judgement(_ corrected: Double) -> (ClaimVerdict.Verdict, String) {
    guard let evidence else { return (.undecided, obstacle ?? "") }
    let expected = claim.expectation.description
    guard corrected <= ClaimVerdict.alpha else {
      return (
        .undecided,
        evidence.pValue <= ClaimVerdict.alpha
          ? "significant alone, but not among all claims of the grid"
          : "the runs neither bear out nor refute \(expected)"
      )
    }
    // A rise with a significant fall in it is no trend: what speaks against a claim comes first.
    let factor = evidence.pValue > 0 ? corrected / evidence.pValue : 1
    if evidence.pAgainst <= evidence.pFor || 2 * evidence.pAgainst * factor <= ClaimVerdict.alpha {
      return (.contradicted, evidence.objection ?? "significantly not \(expected)")
    }
    return (.supported, "significantly \(expected)")
  }
}

extension ClaimSelection.Obstacle {
  var description: String {
    switch self {
    case .unknownAxis(let name): "the runs have no axis \(name)"
    case .nothingSelected(let selection):
      "no run has "
        + selection.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        .joined(separator: ", ")
    case .leftOpen(let axis):
      "the runs of a selection differ on \(axis), which the claim leaves open"
    case .shortAxis(let name, let values):
      "the runs have only \(values) \(values == 1 ? "value" : "values") of \(name)"
    case .noCommonReplicates: "no replicate is there in every selection"
    }
  }
}

extension ClaimEvidence.Obstacle {
  func description(of replicates: Int) -> String {
    switch self {
    case .tooFewReplicates(let needed):
      "\(replicates) \(replicates == 1 ? "replicate is" : "replicates are") too few: "
        + "it takes \(needed)"
    case .noSpread:
      "the \(replicates) replicates do not differ at all, which is no basis for a verdict"
    case .undefined: "the statistic does not exist for these values"
    }
  }
}
