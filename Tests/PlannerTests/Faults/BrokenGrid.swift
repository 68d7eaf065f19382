/// A grid with faults, and exactly what is said about them.
struct BrokenGrid: CustomStringConvertible, Sendable {
  let name: String
  /// The file `g.yaml`; the last line ends like the others.
  let text: String
  let overrides: [String]
  /// Other files, by their paths.
  let files: [String: String]
  let messages: [String]

  init(
    _ name: String, _ text: String, overrides: [String] = [], files: [String: String] = [:],
    messages: [String]
  ) {
    self.name = name
    self.text = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    self.overrides = overrides
    self.files = files
    self.messages = messages
  }

  var description: String { name }

  static let all =
    texts + keys + values + ranges + axes + selections + claims + figures + programs + variants
    + includes
    + overrides
}
