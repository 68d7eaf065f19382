import Aggregator
import Grid

/// Makes the figures of a grid: those that it asks for, or those that its axes suggest.
struct FigureMaker {
  let runs: RunTable
  /// The axis that means are taken over.
  let replicate: Int?
  /// The axis along which a trajectory runs, which curves go by where there is a choice.
  let prefix: Int?

  init(_ runs: RunTable, of specification: GridSpecification) {
    self.runs = runs
    replicate = specification.replicateAxis.flatMap(runs.axisIndex)
    switch specification.program.work {
    case .builtin: prefix = runs.axisIndex("step")
    case .external(let program): prefix = program.prefix.flatMap(runs.axisIndex)
    }
  }

  /// For runs of any tool, of which nothing is known but their columns.
  init(_ runs: RunTable, replicate: String?) {
    self.runs = runs
    self.replicate = replicate.flatMap(runs.axisIndex)
    prefix = nil
  }

  /// Makes the figures, with file names of their own.
  ///
  /// - Parameter metrics: those of the report; a figure that names none shows the first. A metric
  ///   that no run has reported makes no figure.
  /// - Throws: `AggregationFault.unknownAxis`.
  func figures(
    _ specifications: [FigureSpecification], metrics: [String]
  ) throws(AggregationFault) -> [Figure] {
    var figures: [Figure] = []
    var names: Set<String> = []
    for specification in specifications {
      guard let name = specification.metric ?? metrics.first,
        let metric = runs.metricIndex(name)
      else { continue }
      let roles = try roles(specification)
      let data = FigureData(runs, metric: metric, roles: roles, where: specification.conditions)
      var fileName = Self.fileName(specification.kind, data)
      var number = 2
      while !names.insert(fileName).inserted {
        fileName = "\(Self.fileName(specification.kind, data))-\(number)"
        number += 1
      }
      figures.append(Self.figure(specification, data, named: fileName))
    }
    return figures
  }

  private static func figure(
    _ specification: FigureSpecification, _ data: FigureData, named name: String
  ) -> Figure {
    switch specification.kind {
    case .curve:
      CurvePlot(data: data, isLogarithmic: specification.isLogarithmic).figure(named: name)
    case .box: DistributionPlot(data: data, form: .box).figure(named: name)
    case .strip: DistributionPlot(data: data, form: .strip).figure(named: name)
    case .heatmap: HeatMapPlot(data: data).figure(named: name)
    case .histogram: HistogramPlot(data: data).figure(named: name)
    }
  }

  /// `accuracy-curve-step`.
  private static func fileName(_ kind: FigureSpecification.Kind, _ data: FigureData) -> String {
    let words = [data.metric, kind.rawValue, data.xName, kind == .heatmap ? data.seriesName : nil]
    let text = words.compactMap(\.self).joined(separator: "-")
    return String(
      text.unicodeScalars.prefix(80).map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": Character(scalar)
        default: "-"
        }
      })
  }

  // MARK: Roles

  /// More lines than this are not told apart, and are panels instead.
  private static let lineLimit = 12
  private static let boxLimit = 6

  /// Gives every axis on which the runs differ a role, so that nothing is pooled unasked.
  private func roles(
    _ specification: FigureSpecification
  ) throws(AggregationFault) -> FigureData.Roles {
    let counts = valueCounts(where: specification.conditions)
    var roles = FigureData.Roles()
    roles.x = try index(specification.x)
    roles.series = try index(
      specification.kind == .heatmap ? specification.y : specification.series)
    for name in specification.facets {
      if let axis = try index(name) { roles.facets.append(axis) }
    }
    func left() -> [Int] {
      runs.axes.indices.filter {
        $0 != replicate && counts[$0] > 1 && $0 != roles.x && $0 != roles.series
          && !roles.facets.contains($0)
      }
    }
    switch specification.kind {
    case .curve: roles.x = roles.x ?? curveAxis(among: left(), counts)
    case .box, .strip: roles.x = roles.x ?? left().first { $0 != prefix } ?? left().first
    case .heatmap:
      roles.x = roles.x ?? curveAxis(among: left(), counts)
      roles.series = roles.series ?? curveAxis(among: left().reversed(), counts)
    case .histogram: break
    }
    if specification.kind == .histogram {
      roles.pooled = left()
    } else {
      let limit = specification.kind == .curve ? Self.lineLimit : Self.boxLimit
      if roles.series == nil { roles.series = left().first { counts[$0] <= limit } }
      roles.facets += left()
    }
    if let replicate, roles.x != replicate, roles.series != replicate,
      !roles.facets.contains(replicate)
    {
      roles.pooled.append(replicate)
    }
    return roles
  }

  private func index(_ name: String?) throws(AggregationFault) -> Int? {
    guard let name else { return nil }
    guard let index = runs.axisIndex(name) else {
      throw .unknownAxis(name, known: runs.axes.map(\.name))
    }
    return index
  }

  /// How many values each axis has among the runs that fulfil the conditions.
  private func valueCounts(where conditions: [RunCondition]) -> [Int] {
    let selected = FigureData.selected(runs, where: conditions)
    return runs.axes.map { axis in
      var occurs = [Bool](repeating: false, count: axis.values.count)
      for (run, code) in axis.codes.enumerated() where selected[run] { occurs[Int(code)] = true }
      return occurs.count(where: \.self)
    }
  }

  /// The axis of a trajectory, else the ordered one with most values, else any.
  private func curveAxis(among axes: [Int], _ counts: [Int]) -> Int? {
    if let prefix, axes.contains(prefix) { return prefix }
    let ordered = axes.filter(isOrdered)
    return ordered.max { counts[$0] < counts[$1] } ?? axes.first
  }

  private func isOrdered(_ axis: Int) -> Bool {
    runs.axes[axis].values.allSatisfy { $0.double != nil }
  }

  // MARK: Defaults

  /// A curve over an ordered axis; the replicates themselves at the end of it; a heat map where a
  /// second axis has an order. Without an ordered axis the replicates by category, and of replicates
  /// alone, if there are many, a histogram.
  func suggestions(for metric: String) -> [FigureSpecification] {
    let counts = valueCounts(where: [])
    let replicates = replicate.map { counts[$0] } ?? 1
    let spread = replicates >= 8 ? FigureSpecification.Kind.box : .strip
    let varying = runs.axes.indices.filter { $0 != replicate && counts[$0] > 1 }
    guard !varying.isEmpty else {
      return replicates > 1
        ? [FigureSpecification(replicates >= 40 ? .histogram : .strip, metric: metric)] : []
    }
    let ordered = varying.filter { isOrdered($0) && counts[$0] >= 3 }
    guard let x = curveAxis(among: ordered, counts) else {
      return [FigureSpecification(spread, metric: metric)]
    }
    let xName = runs.axes[x].name
    var figures = [FigureSpecification(.curve, metric: metric, x: xName)]
    let others = varying.filter { $0 != x }
    if replicates > 1 {
      let other = others.first { ordered.contains($0) } ?? others.first
      if x != prefix {
        figures.append(FigureSpecification(spread, metric: metric, x: xName))
      } else if let other, let last = lastValue(of: x) {
        figures.append(
          FigureSpecification(
            spread, metric: metric, x: runs.axes[other].name,
            conditions: [RunCondition(name: xName, comparison: .equal, value: last)]))
      }
    }
    let second = others.first { ordered.contains($0) && counts[$0] <= Self.heatMapLimit }
    if let second, counts[x] <= Self.heatMapLimit {
      figures.append(
        FigureSpecification(.heatmap, metric: metric, x: xName, y: runs.axes[second].name))
    }
    return figures
  }

  private func lastValue(of axis: Int) -> ParameterValue? {
    runs.axes[axis].values.max { ($0.double ?? 0) < ($1.double ?? 0) }
  }

  /// More rows or columns than this are too narrow to see.
  private static let heatMapLimit = 40
}

extension GridReport {
  /// So many metrics have figures that the grid did not ask for.
  static let metricLimit = 3

  /// The figures that the grid asks for, or those that its axes suggest for the first metrics of the
  /// report; then its claims, unless it wants no figures at all.
  ///
  /// - Throws: `AggregationFault.unknownAxis` for a figure that names an axis the grid has not.
  /// - Complexity: O(runs × axes × figures), but for the sorting within cells.
  package func figures() throws(AggregationFault) -> [Figure] {
    let maker = FigureMaker(runs, of: specification)
    let metrics = sections.map(\.metric)
    let wanted = specification.report.figures
    if wanted?.isEmpty == true { return [] }
    let figures = try maker.figures(
      wanted ?? metrics.prefix(Self.metricLimit).flatMap { maker.suggestions(for: $0) },
      metrics: metrics)
    return figures + [ForestPlot(claims)?.figure(named: "claims")].compactMap(\.self)
  }
}
