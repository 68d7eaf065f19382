/// What may stand at one place of a grid file. The file is held against these forms before its
/// meaning is looked at; the same forms describe the file to an editor.
indirect enum Form: Sendable {
  /// Any scalar, taken as text.
  case text
  /// A text that is one of the program's words.
  case word(Words)
  /// One of these words.
  case choice([String])
  /// A parameter's value: any scalar, typed later by the program.
  case value
  case integer(minimum: Int?, maximum: Int?)
  /// A number within the bounds, both included; kept as its decimal text.
  case number(minimum: Int? = nil, maximum: Int? = nil)
  case memory
  case duration
  case list(of: Form, minimum: Int = 0, maximum: Int? = nil)
  /// A mapping with these keys.
  case record(Record)
  /// A mapping whose keys are names of the user's or the program's.
  case names(Names, to: Form)
  /// One of the forms, by what stands there.
  case shape(GridFault.Expectation, scalar: Form? = nil, list: Form? = nil, mapping: Form? = nil)
  /// One of several mappings, told by the key that only it has.
  case alternatives(GridFault.Expectation, [Record])

  /// What a word names. Whether the program has it is looked at after the structure.
  enum Words: Sendable {
    case preset, metric, measurement
  }

  /// What the keys of a mapping name.
  enum Names: Sendable {
    /// Anything of the user's.
    case anything
    /// Parameters of the program.
    case parameters
    /// Parameters of the program, or a name for several of them together.
    case axes
    /// The parameters that a point of an axis sets, `label` and `preset`.
    case point
    /// Parameters or axes, to select runs by.
    case selection
  }

  struct Record: Sendable {
    let keys: [Key]
    /// The keys that tell this record among alternatives.
    let marks: [String]

    init(marks: [String] = [], _ keys: [Key]) {
      self.keys = keys
      self.marks = marks
    }

    func key(named name: String) -> Key? {
      keys.first { $0.name == name }
    }
  }

  struct Key: Sendable {
    let name: String
    let form: Form
    let isRequired: Bool
    /// One sentence for people.
    let about: String

    init(_ name: String, _ form: Form, isRequired: Bool = false, about: String) {
      self.name = name
      self.form = form
      self.isRequired = isRequired
      self.about = about
    }
  }

  /// What to tell someone who wrote something else.
  var expectation: GridFault.Expectation {
    switch self {
    case .text, .word, .choice: .text
    case .value: .value
    case .integer: .integer
    case .number: .number
    case .memory: .memory
    case .duration: .duration
    case .list: .list
    case .record, .names: .mapping
    case .shape(let expectation, _, _, _), .alternatives(let expectation, _): expectation
    }
  }
}
