/// One figure that a grid's report is to show.
package struct FigureSpecification: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Means as lines over an ordered axis, intervals as bands.
    case curve
    /// Box plots with the points.
    case box
    /// The points with mean and interval.
    case strip
    /// Means as the colours of a rectangle of two axes.
    case heatmap
    /// How often values occur, with mean, standard deviation and skewness.
    case histogram
  }

  package var kind: Kind
  /// The metric shown; `nil` for the first of the report.
  package var metric: String?
  /// The axis along x; `nil` leaves the choice to the kind.
  package var x: String?
  /// The other axis of a heat map.
  package var y: String?
  /// The axis whose values are lines or colours of their own.
  package var series: String?
  /// The axes whose values have panels of their own.
  package var facets: [String]
  /// Only runs for which all of these hold are shown.
  package var conditions: [RunCondition]
  /// Whether the x axis is logarithmic; `nil` leaves it to the values.
  package var isLogarithmic: Bool?

  package init(
    _ kind: Kind, metric: String? = nil, x: String? = nil, y: String? = nil, series: String? = nil,
    facets: [String] = [], conditions: [RunCondition] = [], isLogarithmic: Bool? = nil
  ) {
    self.kind = kind
    self.metric = metric
    self.x = x
    self.y = y
    self.series = series
    self.facets = facets
    self.conditions = conditions
    self.isLogarithmic = isLogarithmic
  }
}
