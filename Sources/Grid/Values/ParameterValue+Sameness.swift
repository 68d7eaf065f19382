extension ParameterValue {
  /// Whether both stand for one value: `1` and `1.0` do, `1` and `"1"` do not.
  package func isSame(as other: ParameterValue) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left == right
    case (.integer, .number), (.number, .integer), (.number, .number):
      double == other.double
    default: self == other
    }
  }
}
