import Keys

/// Runs that are the product of some axes, as texts: a run is a number that says which point it has on
/// each axis, and everything else about it follows.
package struct RunBlock: Sendable {
  package struct Axis: Sendable {
    /// The parameters that its points set, by their places in `names`.
    package let slots: [Int]
    /// For each point the members that it sets, `"name":value` each, aligned with `slots`; empty for a
    /// parameter that has no value.
    package let fragments: [[[UInt8]]]

    package init(slots: [Int], fragments: [[[UInt8]]]) {
      self.slots = slots
      self.fragments = fragments
    }
  }

  /// A column of the grid's table.
  package struct Column: Sendable {
    /// The axis that decides it; `nil` for a column that is the same for all runs.
    package let axis: Int?
    /// By point of the axis, or the one value.
    package let values: [ParameterValue]
    /// The values as canonical JSON.
    package let texts: [[UInt8]]

    package init(axis: Int?, values: [ParameterValue]) {
      self.axis = axis
      self.values = values
      texts = values.map { Array($0.canonical.text.utf8) }
    }
  }

  /// What the runs of a block have in common, as the job table keeps it: a run's parameters are those
  /// of the frame, those that its columns give, and its own.
  package struct Frame: Hashable, Sendable {
    /// The parameters that no axis sets, as a canonical JSON object.
    package let parameters: String
    /// For each column the parameter whose value stands in it, if that is so for every run.
    package let columns: [String?]
  }

  /// The names of the parameters, in the order of canonical JSON.
  package let names: [String]
  /// The members that are the same for all runs, aligned with `names`; empty for one that an axis sets
  /// or that has no value.
  package let fragments: [[UInt8]]
  package let axes: [Axis]
  package let columns: [Column]
  package let frame: Frame
  /// The axes whose parameters do not all stand in columns.
  private let ownAxes: [Int]
  /// By axis: how far the run's number moves from one point to the next.
  private let strides: [Int]

  package init(names: [String], fragments: [[UInt8]], axes: [Axis], columns: [Column]) {
    self.names = names
    self.axes = axes
    self.columns = columns
    var fixed = fragments
    for axis in axes { for slot in axis.slots { fixed[slot] = [] } }
    self.fragments = fixed
    var strides = [Int](repeating: 1, count: axes.count)
    for axis in axes.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * axes[axis + 1].fragments.count
    }
    self.strides = strides
    var own: [Int] = []
    var shown = [String?](repeating: nil, count: columns.count)
    for (index, axis) in axes.enumerated() {
      let column = columns.firstIndex { column in
        guard column.axis == index, axis.slots.count == 1 else { return false }
        let head = Self.head(of: names[axis.slots[0]])
        return zip(axis.fragments, column.texts).allSatisfy { $0[0] == head + $1 }
      }
      if let column { shown[column] = names[axis.slots[0]] } else { own.append(index) }
    }
    ownAxes = own
    var text = JSONObjectText()
    for fragment in fixed { text.append(fragment) }
    text.close()
    frame = Frame(parameters: String(decoding: text.bytes, as: UTF8.self), columns: shown)
  }

  /// `"name":`
  private static func head(of name: String) -> [UInt8] {
    Array((CanonicalJSON.text(of: name) + ":").utf8)
  }

  /// How many runs the product has.
  package var count: Int { axes.reduce(1) { $0 * $1.fragments.count } }

  /// The point that a run has on an axis.
  package func point(of run: Int, on axis: Int) -> Int {
    run / strides[axis] % axes[axis].fragments.count
  }

  /// The place of a run's value among those of a column.
  package func place(of run: Int, in column: Int) -> Int {
    columns[column].axis.map { point(of: run, on: $0) } ?? 0
  }

  package func axisValues(of run: Int) -> [ParameterValue] {
    columns.indices.map { columns[$0].values[place(of: run, in: $0)] }
  }

  /// Writes the values of the columns as a canonical JSON array.
  package func writeAxisValues(of run: Int, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "["))
    for column in columns.indices {
      if column > 0 { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: columns[column].texts[place(of: run, in: column)])
    }
    text.append(UInt8(ascii: "]"))
  }

  /// All parameters of a run as the text of one canonical JSON object.
  package func parameters(of run: Int) -> String {
    var members = fragments
    for axis in axes.indices {
      let point = axes[axis].fragments[point(of: run, on: axis)]
      for (slot, fragment) in zip(axes[axis].slots, point) { members[slot] = fragment }
    }
    var text = JSONObjectText()
    for member in members { text.append(member) }
    text.close()
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// The parameters of a run that neither the frame nor its columns give, as a canonical JSON object;
  /// `nil` where there are none.
  package func ownParameters(of run: Int) -> [UInt8]? {
    if ownAxes.isEmpty { return nil }
    var members: [(slot: Int, fragment: [UInt8])] = []
    for axis in ownAxes {
      let point = axes[axis].fragments[point(of: run, on: axis)]
      members += zip(axes[axis].slots, point).map { ($0, $1) }
    }
    var text = JSONObjectText()
    for member in members.sorted(by: { $0.slot < $1.slot }) { text.append(member.fragment) }
    text.close()
    return text.bytes
  }
}

/// Puts the text of a JSON object together from its members.
package struct JSONObjectText {
  package private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  package init() {}

  /// Starts anew and keeps the memory.
  package mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(UInt8(ascii: "{"))
  }

  /// Adds a member, or several with commas between them; nothing for an empty one.
  package mutating func append(_ fragment: [UInt8]) {
    if fragment.isEmpty { return }
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    bytes.append(contentsOf: fragment)
  }

  package mutating func close() {
    bytes.append(UInt8(ascii: "}"))
  }

  /// Takes an object that is there as a whole.
  package mutating func set(_ object: String) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: object.utf8)
  }
}
