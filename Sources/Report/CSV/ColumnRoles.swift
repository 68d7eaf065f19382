/// What the columns of a file of runs are to its summary.
package struct ColumnRoles: Hashable, Sendable {
  /// The columns that tell cells apart.
  package var axes: [String] = []
  /// The columns that tell the runs of a cell apart: means are taken over them, and runs that agree
  /// on them make a pair.
  package var replicates: [String] = []
  package var metrics: [String] = []
  /// The column that says whether a run succeeded.
  package var state: String?

  package init(
    axes: [String] = [], replicates: [String] = [], metrics: [String] = [], state: String? = nil
  ) {
    self.axes = axes
    self.replicates = replicates
    self.metrics = metrics
    self.state = state
  }
}

/// What is wrong with the columns of a file, or with what was asked of them.
package enum ColumnFault: Error, Hashable, Sendable {
  case noHeader
  case unknownColumn(String, known: [String])
  /// A name that several columns have.
  case columnTwice(String)
  /// A column that was named for two things.
  case namedTwice(String)
  case noMetrics(known: [String])
}

/// The names of a file's columns, in order.
package struct CSVHeader: Hashable, Sendable {
  package let names: [String]

  /// - Parameter fields: the fields of the file's first record; spaces around names are none of
  ///   theirs.
  package init(_ fields: [String]) {
    names = fields.map { field in
      let head = field.drop { $0 == " " || $0 == "\t" }
      guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
      return String(head[...last])
    }
  }

  /// The place of a column.
  package func place(of name: String) throws(ColumnFault) -> Int {
    guard let place = names.firstIndex(of: name) else {
      throw .unknownColumn(name, known: names)
    }
    guard names.lastIndex(of: name) == place else { throw .columnTwice(name) }
    return place
  }

  /// Finds fault with what was asked of the columns.
  package func check(_ roles: ColumnRoles) throws(ColumnFault) {
    var seen: Set<String> = []
    for name in roles.axes + roles.replicates + roles.metrics {
      _ = try place(of: name)
      if !seen.insert(name).inserted { throw .namedTwice(name) }
    }
    if roles.metrics.isEmpty { throw .noMetrics(known: names) }
  }
}
