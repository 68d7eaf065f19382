import GRDB
import Grid

/// Enters the parameters of stages, each template that several share once. What one stage has alone goes
/// into its own row.
struct ParameterRecording {
  private let templates: any StageTemplates
  /// Of parameters, which stages refer to.
  let inserter: RowInserter
  private var next: Int64
  /// By template and by base: their rows; 0 while they have none.
  private var rows: [Int64] = []
  private var bases: [Int64]
  /// By base: whether it has no parameters.
  private let isEmpty: [Bool]
  /// By template: whether several stages have it.
  private let isShared: [Bool]
  /// The texts of the templates, in the order in which stages have them first.
  private let texts: Feed<ParameterTexts>
  private var piece = ParameterTexts()
  private var place = -1
  private var standsAlone = false

  /// - Parameters:
  ///   - isEntered: by stage, whether it is to be entered.
  ///   - next: the last row that there is.
  init(
    _ db: Database, _ stages: StageList, entering isEntered: [Bool], next: Int64
  ) throws {
    templates = stages.templates
    self.next = next
    inserter = RowInserter(db, into: "parameter_set", ["id", "text", "base_id"])
    bases = Array(repeating: 0, count: templates.bases.count)
    isEmpty = templates.bases.map { $0 == "{}" }
    isShared = Self.sharedTemplates(of: stages)
    texts = ParameterTexts.feed(stages, entering: isEntered)
  }

  private static func sharedTemplates(of stages: StageList) -> [Bool] {
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
    return isShared
  }

  /// Ends the making of texts.
  func close() { texts.close() }

  /// The row of a template's parameters, which is made when it is first asked for.
  ///
  /// - Precondition: asked for the stages that are entered, in their order.
  mutating func row(of template: Int) throws -> Int64 {
    standsAlone = false
    while rows.count <= template { rows.append(0) }
    if rows[template] > 0 { return rows[template] }
    place += 1
    if place == piece.count, let next = try texts.next() { (piece, place) = (next, 0) }
    let base = piece.base(at: place)
    let hasOwn = piece.length(at: place) > 2
    if !isShared[template] {
      standsAlone = hasOwn
      rows[template] = try row(ofBase: base)
    } else if isEmpty[base] {
      // What nothing is shared of stands alone, and what has nothing of its own is its base.
      rows[template] = try insertText()
    } else if hasOwn {
      inserter.bind(3, try row(ofBase: base))
      rows[template] = try insertText()
    } else {
      rows[template] = try row(ofBase: base)
    }
    return rows[template]
  }

  /// Hands over the parameters of the template that was asked for last, besides those of its row, as
  /// canonical JSON; nothing where the row has all.
  func withOwn(_ body: (UnsafeRawBufferPointer?) -> Void) {
    if standsAlone { piece.withText(at: place, body) } else { body(nil) }
  }

  private mutating func row(ofBase base: Int) throws -> Int64 {
    if bases[base] == 0 {
      inserter.bind(2, text: templates.bases[base])
      bases[base] = try insert()
    }
    return bases[base]
  }

  private mutating func insertText() throws -> Int64 {
    piece.withText(at: place) { inserter.bind(2, utf8: $0) }
    return try insert()
  }

  private mutating func insert() throws -> Int64 {
    next += 1
    inserter.bind(1, next)
    try inserter.add()
    return next
  }
}
