import Aggregator
import Grid

/// The runs of a page's table as JSON, column by column: values of axes by number, metrics with six
/// significant digits, so that ten metrics of 13,440 runs take about a megabyte.
struct RunData {
  /// So many runs are in the page; runs.csv has all.
  static let limit = 60_000
  /// So many rows are there for readers without scripts.
  static let staticRows = 50

  let runs: RunTable
  let ids: [RunID]
  /// For each run the number of its cell.
  let cellOfRun: [Int32]

  /// The runs that the page has.
  var count: Int { min(runs.count, Self.limit) }

  /// The JSON text; nothing in it ends a script element.
  ///
  /// - Complexity: O(runs × (axes + metrics)).
  var json: [UInt8] {
    var out = ByteText()
    out.bytes.reserveCapacity(count * (30 + 8 * runs.metricNames.count))
    out.add("{\"ids\":\"")
    for id in ids.prefix(count) { out.add(id.text) }
    out.add("\",\"states\":\"")
    for state in runs.states.prefix(count) { out.bytes.append(Self.letter(state)) }
    out.add("\",\"cells\":[")
    out.list(0..<count) { out, run in out.add(Int(cellOfRun[run])) }
    out.add("],\"axes\":[")
    out.list(runs.axes.indices) { out, index in
      let axis = runs.axes[index]
      out.add("{\"name\":")
      out.quoted(axis.name)
      out.add(",\"number\":\(axis.values.allSatisfy { $0.double != nil }),\"values\":[")
      out.list(axis.values) { $0.quoted($1.description) }
      out.add("],\"codes\":[")
      out.list(axis.codes.prefix(count)) { $0.add(Int($1)) }
      out.add("]}")
    }
    out.add("],\"metrics\":[")
    out.list(runs.metricNames.indices) { out, metric in
      out.add("{\"name\":")
      out.quoted(runs.metricNames[metric])
      out.add(",\"values\":[")
      out.list(0..<count) { out, run in
        if let value = runs.value(ofMetric: metric, run: run) {
          out.add(SixDigits.text(value))
        } else {
          out.add("null")
        }
      }
      out.add("]}")
    }
    out.add("]}")
    return out.bytes
  }

  private static func letter(_ state: RunState) -> UInt8 {
    switch state {
    case .done: UInt8(ascii: "d")
    case .failed: UInt8(ascii: "f")
    case .running: UInt8(ascii: "r")
    case .pending: UInt8(ascii: "p")
    }
  }

  /// The first rows as HTML, which the script replaces.
  var staticTable: String {
    var html = "<thead><tr><th scope=\"col\">run</th>"
    for axis in runs.axes { html += "<th scope=\"col\">\(Markup.escaped(axis.name))</th>" }
    html += "<th scope=\"col\">state</th>"
    for name in runs.metricNames {
      html += "<th scope=\"col\" class=\"number\">\(Markup.escaped(name))</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for run in 0..<min(runs.count, Self.staticRows) {
      html += "<tr><td class=\"id\">\(ids[run].text)</td>"
      for axis in runs.axes.indices {
        html += "<td>\(Markup.escaped(runs.value(ofAxis: axis, run: run).description))</td>"
      }
      html += "<td>\(runs.states[run].rawValue)</td>"
      for metric in runs.metricNames.indices {
        let value = runs.value(ofMetric: metric, run: run).map(SixDigits.text) ?? ""
        html += "<td class=\"number\">\(value)</td>"
      }
      html += "</tr>\n"
    }
    return html + "</tbody>"
  }
}

/// Bytes of a JSON text.
private struct ByteText {
  var bytes: [UInt8] = []

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func add(_ number: Int) {
    if number >= 0, number < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
    } else {
      add(String(number))
    }
  }

  mutating func list<Elements: Sequence>(
    _ elements: Elements, _ body: (inout ByteText, Elements.Element) -> Void
  ) {
    var isFirst = true
    for element in elements {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      body(&self, element)
    }
  }

  /// A string, made printable; `<` as an escape, so that no text can end the script element.
  mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in DisplayText.printable(text).utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "<"): add("\\u003c")
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
