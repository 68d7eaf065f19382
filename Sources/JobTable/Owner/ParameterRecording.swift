import GRDB
import Grid

/// Enters the parameters of stages, each template that several share once. What one stage has alone goes
/// into its own row.
struct ParameterRecording {
  private let templates: any StageTemplates
  private let writer: RowWriter
  private let baseWriter: RowWriter
  private var next: Int64
  /// By template and by base: their rows; 0 while they have none.
  private var rows: [Int64] = []
  private var bases: [Int64]
  /// By base: whether it has no parameters.
  private let isEmpty: [Bool]
  /// By template: whether several stages have it.
  private let isShared: [Bool]
  private var text = JSONObjectText()
  private var standsAlone = false

  /// The parameters of the template that was asked for last, besides those of its row, as canonical JSON;
  /// `nil` where the row has all.
  var own: [UInt8]? { standsAlone ? text.bytes : nil }

  /// - Parameter next: the last row that there is.
  init(_ db: Database, _ stages: StageList, next: Int64) throws {
    templates = stages.templates
    self.next = next
    var isMet: [Bool] = []
    var isShared: [Bool] = []
    for index in 0..<stages.count {
      let template = stages.template(at: index)
      while isMet.count <= template {
        isMet.append(false)
        isShared.append(false)
      }
      if isMet[template] { isShared[template] = true }
      isMet[template] = true
    }
    self.isShared = isShared
    writer = try RowWriter(db, "INSERT INTO parameter_set (id, text, base_id) VALUES (?, ?, ?)")
    baseWriter = try RowWriter(db, "INSERT INTO parameter_set (id, text) VALUES (?, ?)")
    bases = Array(repeating: 0, count: templates.bases.count)
    isEmpty = templates.bases.map { $0 == "{}" }
  }

  /// The row of a template's parameters, which is made when it is first asked for.
  mutating func row(of template: Int) throws -> Int64 {
    standsAlone = false
    while rows.count <= template { rows.append(0) }
    if rows[template] > 0 { return rows[template] }
    let base = templates.writeText(of: template, to: &text)
    if !isShared[template] || !isEmpty[base], bases[base] == 0 {
      bases[base] = try insert(Array(templates.bases[base].utf8))
    }
    if !isShared[template] {
      standsAlone = text.bytes.count > 2
      return bases[base]
    }
    // What nothing is shared of stands alone, and what has nothing of its own is its base.
    if isEmpty[base] {
      rows[template] = try insert(text.bytes)
    } else {
      if text.bytes.count > 2 {
        next += 1
        writer.bind(1, next)
        writer.bind(2, text: text.bytes)
        writer.bind(3, bases[base])
        try writer.run()
        rows[template] = next
      } else {
        rows[template] = bases[base]
      }
    }
    return rows[template]
  }

  private mutating func insert(_ text: [UInt8]) throws -> Int64 {
    next += 1
    baseWriter.bind(1, next)
    baseWriter.bind(2, text: text)
    try baseWriter.run()
    return next
  }
}

/// Enters what the states of trajectories share.
struct TrajectoryRecording {
  private let stages: StageList
  private let finder: RowFinder?
  private let writer: RowWriter
  private let parentWriter: RowWriter
  private var next: Int64
  /// By lineage: its row; 0 while it has none.
  private var rows: [Int64]

  /// - Parameter next: the last row that there is.
  init(_ db: Database, _ stages: StageList, next: Int64) throws {
    self.stages = stages
    self.next = next
    finder = next == 0 ? nil : try RowFinder(db, "SELECT id FROM trajectory WHERE key = ?")
    writer = try RowWriter(db, "INSERT INTO trajectory (id, key) VALUES (?, ?)")
    parentWriter = try RowWriter(
      db,
      "INSERT INTO trajectory_parent (trajectory_id, position, parent_id) VALUES (?, ?, ?)")
    rows = Array(repeating: 0, count: stages.lineageCount)
  }

  /// The row of a lineage, which is made when it is first asked for.
  ///
  /// - Parameter parent: the row of a parent, told by its place.
  mutating func row(
    ofLineage lineage: Int, parent: (Int?) throws -> Int64
  ) throws -> Int64 {
    if rows[lineage] > 0 { return rows[lineage] }
    let key = stages.key(ofLineage: lineage).digest
    if let known = try finder?.row(key, { $0.integer(0) }) {
      rows[lineage] = known
      return known
    }
    next += 1
    writer.bind(1, next)
    writer.bind(2, key)
    try writer.run()
    for (position, place) in stages.parents(ofLineage: lineage).enumerated() {
      parentWriter.bind(1, next)
      parentWriter.bind(2, position)
      parentWriter.bind(3, try parent(place >= 0 ? Int(place) : nil))
      try parentWriter.run()
    }
    rows[lineage] = next
    return next
  }
}
