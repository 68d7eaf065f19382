import ArgumentParser
import BuiltinProgram
import Foundation
import Grid
import JobTable
import Report

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the built-in models, those that are prepared, and the parameters.",
    discussion: """
      Examples:
        espalier models
        espalier models --parameters
      """)

  @OptionGroup var results: ResultsOption

  @Flag(help: "List the built-in program's parameters, with ranges and defaults, and its presets.")
  var parameters = false

  func run() throws {
    if parameters {
      Terminal.print(Self.parameterTable())
      return
    }
    Terminal.print("Models of the built-in program (parameter: model)")
    for model in BuiltinProgram.models {
      let shape = model.configuration
      Terminal.print(
        """
          \(Self.pad(model.name, 8))\(Self.grouped(model.parameters)) parameters: width \
        \(shape.width), \(shape.layers) layers, \(shape.heads) heads, feed-forward \
        \(shape.feedForwardWidth)
                  \(model.about)
        """)
    }
    Terminal.print("")
    let bases = try Self.preparedBases(results)
    if bases.isEmpty {
      Terminal.print(
        "None is prepared in “\(results.results)” yet: the first run that needs one does it.")
    } else {
      Terminal.print(PreparedBase.table(bases))
    }
  }

  private static func preparedBases(_ results: ResultsOption) throws -> [PreparedBase] {
    guard FileManager.default.fileExists(atPath: results.results + "/jobs.sqlite") else {
      return []
    }
    return try PreparedBase.all(in: JobTableReader(path: results.results + "/jobs.sqlite"))
  }

  private static func parameterTable() -> String {
    var lines: [String] = []
    for parameter in BuiltinProgram.description.parameters {
      let value = parameter.defaultValue.map { "default \($0)" } ?? "required"
      lines.append("\(parameter.name): \(range(of: parameter.type)), \(value)")
      lines.append("    \(parameter.about)")
    }
    lines.append("")
    lines.append("measurements, which a grid asks for by measure:")
    for measurement in Measurement.allCases {
      lines.append("\(measurement.rawValue)")
      lines.append("    \(measurement.about)")
    }
    for (name, values) in BuiltinProgram.description.presets.sorted(by: { $0.key < $1.key }) {
      lines.append("")
      lines.append("preset \(name):")
      lines += values.sorted { $0.key < $1.key }.map { "    \($0.key): \($0.value)" }
    }
    return lines.joined(separator: "\n")
  }

  private static func range(of type: ParameterType) -> String {
    func bounds(_ low: Double?, _ high: Double?) -> String {
      switch (low, high) {
      case (let low?, let high?):
        " from \(ParameterValue.number(low)) to \(ParameterValue.number(high))"
      case (let low?, nil): " from \(ParameterValue.number(low))"
      case (nil, let high?): " up to \(ParameterValue.number(high))"
      case (nil, nil): ""
      }
    }
    return switch type {
    case .boolean: "true or false"
    case .integer(let low, let high):
      "integer" + bounds(low.map(Double.init), high.map(Double.init))
    case .number(let low, let high): "number" + bounds(low, high)
    case .numberOrTied(let low, let high, let word, let to):
      "number" + bounds(low, high) + ", or \(word) (to \(to))"
    case .choice(let words): words.joined(separator: " | ")
    case .string: "text"
    case .schedule(let methods):
      "METHOD STEPS then … then METHOD, or repeat METHOD STEPS then … (\(methods.joined(separator: " | ")))"
    case .any: "anything"
    }
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func grouped(_ number: Int) -> String {
    number.formatted(.number.locale(Locale(identifier: "en_US")))
  }
}
