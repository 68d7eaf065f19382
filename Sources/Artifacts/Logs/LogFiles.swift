/// The files of a log store in their order: `000001.logs`, `000002.logs` …
enum LogFiles {
  private static let ending = ".logs"

  static func name(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(6 - digits.count, 0)) + digits + ending
  }

  /// The numbers of the files in a folder, ascending; none where there is no folder.
  static func numbers(in folder: String) throws(FileError) -> [Int] {
    try Folder.names(in: folder).compactMap { name in
      name.hasSuffix(ending) ? Int(name.dropLast(ending.count)) : nil
    }.sorted()
  }
}
