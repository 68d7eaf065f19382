import Foundation
import Glibc

/// A program that a test starts and waits for.
///
/// It has none of the test's open files but the three that it is given, the ordinary signals, and a
/// process group of its own. Whoever waits for it waits a limited time: a test that hangs says where.
package final class ChildProgram {
  package struct End: Hashable, Sendable {
    /// The exit status, or the number of the signal.
    package let status: Int32
    package let signalled: Bool
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// What the C library has beyond POSIX, which the headers show to GNU programs only.
  private enum Extensions {
    typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
    static let closeFrom = unsafeBitCast(
      dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"),
      to: (@convention(c) (Actions, Int32) -> Int32).self)
    static let changeFolder = unsafeBitCast(
      dlsym(nil, "posix_spawn_file_actions_addchdir_np"),
      to: (@convention(c) (Actions, UnsafePointer<CChar>) -> Int32).self)
  }

  package let pid: pid_t
  private let words: [String]
  private var end: End?

  /// - Parameters:
  ///   - words: the program's path and its arguments.
  ///   - environment: besides that of the tests.
  ///   - output, error: files that are made, or emptied, and written.
  package init(
    _ words: [String], environment: [String: String] = [:], in folder: String? = nil,
    output: String = "/dev/null", error: String = "/dev/null"
  ) throws {
    self.words = words
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, error, writing, 0o644)
    _ = Extensions.closeFrom(&actions, 3)
    if let folder { _ = Extensions.changeFolder(&actions, folder) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads of Dispatch have most signals blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let arguments = words.map { strdup($0) } + [nil]
    let settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, words[0], &actions, &attributes, arguments, settings)
    guard code == 0 else {
      let reason = String(cString: strerror(code))
      throw Failure(description: "\(words[0]) cannot be started: \(reason)")
    }
    self.pid = pid
  }

  /// One that was not waited for is ended, and whatever is left of its group.
  deinit {
    guard end == nil else { return }
    kill(-pid, SIGKILL)
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
  }

  package var isRunning: Bool {
    if end != nil { return false }
    var status: Int32 = 0
    let found = waitpid(pid, &status, WNOHANG)
    if found < 0, errno == ECHILD { preconditionFailure("somebody else waited for \(words[0])") }
    if found == pid {
      let signal = status & 0x7F
      end = End(status: signal == 0 ? (status >> 8) & 0xFF : signal, signalled: signal != 0)
    }
    return end == nil
  }

  /// Waits for its end.
  ///
  /// - Throws: when it does not end within the limit; it is killed then, and what it and those that it
  ///   had started were doing is in the error.
  @discardableResult
  package func wait(limit: Duration = .seconds(900)) throws -> End {
    let clock = ContinuousClock()
    let last = clock.now + limit
    var pause: useconds_t = 500
    while isRunning {
      if clock.now > last {
        let state = ProcessTree.description(of: pid)
        kill(-pid, SIGKILL)
        throw Failure(
          description: "\(words.joined(separator: " ")) did not end within \(limit):\n\(state)")
      }
      usleep(pause)
      pause = min(pause * 2, 10_000)
    }
    guard let end else { preconditionFailure("what does not run has ended") }
    return end
  }

  /// Runs a program to its end and expects it to end well.
  ///
  /// - Parameter words: the program's path and its arguments.
  /// - Returns: what it wrote to standard output.
  package static func output(of words: [String], in folder: String? = nil) throws -> [UInt8] {
    let home = TemporaryFolder()
    let (output, error) = (home.path + "/output", home.path + "/error")
    return try withExtendedLifetime(home) {
      let end = try ChildProgram(words, in: folder, output: output, error: error).wait()
      guard end == End(status: 0, signalled: false) else {
        let said = String(decoding: FileAccess.read(error), as: UTF8.self)
        throw Failure(description: "\(words.joined(separator: " ")): \(end), \(said)")
      }
      return FileAccess.read(output)
    }
  }
}
