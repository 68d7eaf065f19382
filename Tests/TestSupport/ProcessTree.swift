import Foundation

/// What a process and those that it started are doing, as the kernel tells it.
enum ProcessTree {
  /// A line for each thread: its state, name, and what it waits for in the kernel.
  static func description(of pid: pid_t) -> String {
    let command = read("/proc/\(pid)/cmdline").replacing("\0", with: " ")
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    var lines = ["\(pid) \(command)"]
    var children: [pid_t] = []
    for thread in threads.sorted() {
      let folder = "/proc/\(pid)/task/\(thread)"
      let state = read("\(folder)/stat").split(separator: ")").last?.first { $0 != " " } ?? "?"
      let name = read("\(folder)/comm").replacing("\n", with: "")
      let call = read("\(folder)/syscall").replacing("\n", with: "")
      lines.append("  thread \(thread) \(state) \(name), in \(read("\(folder)/wchan")) \(call)")
      children += read("\(folder)/children").split(separator: " ").compactMap { pid_t($0) }
    }
    return (lines + children.map(description)).joined(separator: "\n")
  }

  private static func read(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
