/// What is wrong with a CSV file, and on which line.
package struct CSVFault: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case quoteInUnquotedField
    case textAfterQuote
    case unterminatedQuote
    case notUTF8
    case recordTooLong
  }

  package let line: Int
  package let kind: Kind
}

extension CSVFault: CustomStringConvertible {
  package var description: String { "line \(line): \(what)" }

  /// What is wrong, without the line.
  var what: String {
    switch kind {
    case .quoteInUnquotedField:
      "a quote inside a field that does not start with one; put the whole field in quotes and "
        + "double the quotes in it"
    case .textAfterQuote:
      "text after the closing quote of a field; a quote within a quoted field is doubled"
    case .unterminatedQuote: "a quoted field that never ends"
    case .notUTF8: "a field that is not UTF-8; save the file as UTF-8"
    case .recordTooLong:
      "a record of more than \(CSVReader.recordLimit >> 20) MiB; is a quote not closed? Nothing "
        + "after it was read"
    }
  }
}
