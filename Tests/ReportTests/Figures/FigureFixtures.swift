import Aggregator
import Foundation
import Grid
import Keys
import TestSupport

@testable import Report

/// Runs made up from formulas and counter-based noise, the same on every machine.
struct SyntheticRuns {
  private(set) var table: RunTable
  private let stream = RandomStream(seed: 11, purpose: RandomPurpose("figure fixtures"))

  /// - Parameters:
  ///   - axes: the grid; the first axis varies slowest.
  ///   - value: what a run has, from its axis values and a draw from about a normal distribution;
  ///     `nil` for a run that failed.
  init(
    _ axes: [(name: String, values: [ParameterValue])], metric: String = "accuracy",
    value: (_ values: [ParameterValue], _ noise: Double) -> Double?
  ) {
    table = RunTable(axes: axes, metrics: [metric])
    let count = axes.reduce(1) { $0 * $1.values.count }
    for run in 0..<count {
      var rest = run
      var values: [ParameterValue] = []
      for axis in axes.reversed() {
        values.insert(axis.values[rest % axis.values.count], at: 0)
        rest /= axis.values.count
      }
      // The sum of twelve uniform numbers less six: mean 0, variance 1.
      let noise = (0..<12).reduce(-6.0) { $0 + Double(stream.uniform(run, $1, 0, 0)) }
      let number = value(values, noise).map { ($0 * 1e6).rounded() / 1e6 }
      table.append(
        axisValues: values, state: number == nil ? .failed : .done, metrics: [number])
    }
  }

  static func numbers(_ values: Double...) -> [ParameterValue] { values.map { .number($0) } }
  static func range(_ range: ClosedRange<Int>) -> [ParameterValue] { range.map { .integer($0) } }
  static func words(_ words: String...) -> [ParameterValue] { words.map { .string($0) } }

  func roles(x: String?, series: String? = nil, facets: [String] = [], pooled: [String] = ["seed"])
    -> FigureData.Roles
  {
    FigureData.Roles(
      x: x.flatMap(table.axisIndex), series: series.flatMap(table.axisIndex),
      facets: facets.compactMap(table.axisIndex), pooled: pooled.compactMap(table.axisIndex))
  }

  func data(x: String?, series: String? = nil, facets: [String] = [], pooled: [String] = ["seed"])
    -> FigureData
  {
    FigureData(
      table, metric: 0, roles: roles(x: x, series: series, facets: facets, pooled: pooled))
  }
}

/// What is wrong with a figure, or `nil` if it equals Tests/ReportTests/Golden/figures/`name`.svg
/// and is XML with every text inside its picture.
func figureMismatch(_ figure: Figure) throws -> String? {
  try goldenMismatch(figure.svg, "figures/\(figure.name).svg")
}
