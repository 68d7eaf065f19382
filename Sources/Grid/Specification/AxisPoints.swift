import Keys

/// The points of an axis. Where each sets one parameter and is labelled with its value, only the values
/// are kept, so that an axis of a million seeds takes 24 MB; points are made when they are asked for.
package struct AxisPoints: RandomAccessCollection, Hashable, Sendable {
  private enum Storage: Hashable {
    case listed([Axis.Point])
    case values([ParameterValue], of: String)
  }

  private let storage: Storage

  /// - Complexity: O(number of points).
  package init(_ points: [Axis.Point]) {
    guard let first = points.first, first.assignment.count == 1,
      let name = first.assignment.first?.key,
      points.allSatisfy({ $0.assignment.count == 1 && $0.assignment[name] == $0.label })
    else {
      storage = .listed(points)
      return
    }
    storage = .values(points.map(\.label), of: name)
  }

  /// A point for each value of one parameter.
  package init(values: [ParameterValue], of parameter: String) {
    storage = values.isEmpty ? .listed([]) : .values(values, of: parameter)
  }

  package var startIndex: Int { 0 }

  package var endIndex: Int {
    switch storage {
    case .listed(let points): points.count
    case .values(let values, _): values.count
    }
  }

  package subscript(position: Int) -> Axis.Point {
    switch storage {
    case .listed(let points): points[position]
    case .values(let values, let name):
      Axis.Point(label: values[position], assignment: [name: values[position]])
    }
  }

  /// What stands in the axis's column, point by point.
  ///
  /// - Complexity: O(1) where only values are kept.
  package var labels: [ParameterValue] {
    switch storage {
    case .listed(let points): points.map(\.label)
    case .values(let values, _): values
    }
  }

  /// The parameters that some point sets.
  ///
  /// - Complexity: O(1) where only values are kept.
  package var parameterNames: Set<String> {
    switch storage {
    case .listed(let points): Set(points.flatMap(\.assignment.keys))
    case .values(_, let name): [name]
    }
  }

  /// The values that points give a parameter, in their order; those that give it none are left out.
  ///
  /// - Complexity: O(1) where only values are kept.
  package func values(of parameter: String) -> [ParameterValue] {
    switch storage {
    case .listed(let points): points.compactMap { $0.assignment[parameter] }
    case .values(let values, let name): name == parameter ? values : []
    }
  }

  /// Appends the points as a canonical JSON array.
  ///
  /// - Parameter spill: takes what is in the buffer and empties it; called when there is much.
  /// - Complexity: O(number of points).
  func writeCanonical(to text: inout [UInt8], spill: (_ text: inout [UInt8]) -> Void) {
    let much = 1 << 16
    text.append(UInt8(ascii: "["))
    switch storage {
    case .listed(let points):
      for (index, point) in points.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        CanonicalJSON.object([
          "assignment": point.assignment.canonical, "label": point.label.canonical,
        ]).write(to: &text)
        if text.count > much { spill(&text) }
      }
    case .values(let values, let name):
      let head = Array("{\"assignment\":{\(CanonicalJSON.text(of: name)):".utf8)
      let middle = Array("},\"label\":".utf8)
      for (index, value) in values.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text += head
        value.canonical.write(to: &text)
        text += middle
        value.canonical.write(to: &text)
        text.append(UInt8(ascii: "}"))
        if text.count > much { spill(&text) }
      }
    }
    text.append(UInt8(ascii: "]"))
  }
}

extension AxisPoints: Codable {
  private enum CodingKeys: String, CodingKey { case parameter, series }

  /// Reads a list of points, or a series of values of one parameter.
  package init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: CodingKeys.self) {
      let series = try container.decode(ValueSeries.self, forKey: .series)
      self.init(
        values: series.values, of: try container.decode(String.self, forKey: .parameter))
    } else {
      self.init(try [Axis.Point](from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    if case .values(let values, let name) = storage, let series = ValueSeries(values) {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .parameter)
      try container.encode(series, forKey: .series)
    } else {
      try map { $0 }.encode(to: encoder)
    }
  }
}
