import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
struct EspalierProgram {
  struct Output {
    let status: Int32
    /// Whether a signal ended the program, `status` then being its number.
    let signalled: Bool
    let standardOutput: String
    let standardError: String
  }

  /// Beside the test executable, where the package manager puts both.
  static let path: String = {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let beside = own.map {
      URL(filePath: $0).deletingLastPathComponent().appending(path: "espalier")
    }
    if let beside, FileManager.default.isExecutableFile(atPath: beside.path()) {
      return beside.path()
    }
    return repository.appending(path: ".build/debug/espalier").path()
  }()

  /// The root of the checkout.
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Starts the program with its output going to files in `folder`.
  ///
  /// - Parameter environment: besides that of the tests.
  static func start(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
  ) throws -> Running {
    let name = UUID().uuidString
    let output = folder.url.appending(path: ".out-\(name)")
    let error = folder.url.appending(path: ".err-\(name)")
    let program = try ChildProgram(
      [path] + arguments, environment: environment, in: folder.url.path(), output: output.path(),
      error: error.path())
    return Running(program: program, output: output, error: error)
  }

  /// Runs the program to its end.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
  ) throws -> Output {
    try start(arguments, in: folder, environment: environment).wait()
  }

  /// Runs the program and expects it to succeed.
  @discardableResult
  static func succeed(
    _ arguments: [String], in folder: TemporaryFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Output {
    let output = try run(arguments, in: folder)
    #expect(
      output.status == 0 && !output.signalled,
      "espalier \(arguments.joined(separator: " ")) said:\n\(output.standardError)\(output.standardOutput)",
      sourceLocation: sourceLocation)
    return output
  }
}

extension EspalierProgram {
  /// A program that was started and not yet waited for.
  struct Running {
    let program: ChildProgram
    let output: URL
    let error: URL

    var pid: pid_t { program.pid }
    var isRunning: Bool { program.isRunning }

    func wait() throws -> Output {
      let end = try program.wait()
      return Output(
        status: end.status, signalled: end.signalled,
        standardOutput: try String(contentsOf: output, encoding: .utf8),
        standardError: try String(contentsOf: error, encoding: .utf8))
    }

    /// Waits until it has started a process, or has ended.
    func waitForChildren() throws {
      let last = ContinuousClock.now + .seconds(300)
      while children().isEmpty && isRunning {
        guard ContinuousClock.now < last else {
          throw ChildProgram.Failure(description: "\(pid) starts nothing")
        }
        Thread.sleep(forTimeInterval: 0.01)
      }
    }

    /// The processes whose parent is the program: its workers and external commands.
    func children() -> [pid_t] {
      let path = "/proc/\(pid)/task"
      let tasks = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return tasks.flatMap { task in
        let text = (try? String(contentsOfFile: "\(path)/\(task)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
      }
    }
  }
}
