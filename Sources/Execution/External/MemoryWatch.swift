import CShims
import Dispatch
import Glibc
import Synchronization

/// Looks a few times a second at what the process groups of external programs have resident, and says
/// when one has more than it may.
///
/// The kernel's own limit (`RLIMIT_AS`) is on one process's addresses; this one is on the memory that
/// a program and all that it starts really have. A process that leaves its group is not seen.
final class MemoryWatch: Sendable {
  private struct Group: Sendable {
    let key: Session.ProgramKey
    let limit: Int
    let exceeded: @Sendable (Int) -> Void
  }

  private struct State: Sendable {
    var groups: [Int32: Group] = [:]
    var isLooking = false
  }

  private static let interval = DispatchTimeInterval.milliseconds(200)
  private let queue = DispatchQueue(label: "espalier.memory", qos: .utility)
  private let state = Mutex(State())

  /// Watches the group until `remove`, or until it has exceeded its limit.
  ///
  /// - Parameters:
  ///   - limit: in bytes.
  ///   - exceeded: called at most once, with what the group has resident.
  func add(
    _ group: Int32, _ key: Session.ProgramKey, limit: Int,
    exceeded: @escaping @Sendable (Int) -> Void
  ) {
    let begins = state.withLock { state in
      state.groups[group] = Group(key: key, limit: limit, exceeded: exceeded)
      defer { state.isLooking = true }
      return !state.isLooking
    }
    if begins { queue.async { [self] in look() } }
  }

  func remove(_ key: Session.ProgramKey) {
    state.withLock { state in state.groups = state.groups.filter { $0.value.key != key } }
  }

  private func look() {
    let groups = state.withLock { state in
      if state.groups.isEmpty { state.isLooking = false }
      return state.groups
    }
    if groups.isEmpty { return }
    for (number, members) in ProcessStatus.groups(among: Set(groups.keys)) {
      guard let group = groups[number] else { continue }
      // What processes share counts for each of them, so only what is too much is looked at closely.
      let atMost = members.reduce(0) { $0 + $1.resident }
      guard atMost > group.limit else { continue }
      let resident = members.reduce(0) { $0 + ($1.proportionalSize ?? $1.resident) }
      guard resident > group.limit,
        state.withLock({ $0.groups.removeValue(forKey: number) }) != nil
      else { continue }
      group.exceeded(resident)
    }
    queue.asyncAfter(deadline: .now() + Self.interval) { [self] in look() }
  }
}

extension ProcessStatus {
  /// The processes of these groups that have not ended.
  ///
  /// - Complexity: O(processes of the machine).
  static func groups(among wanted: Set<Int32>) -> [Int32: [ProcessStatus]] {
    var groups: [Int32: [ProcessStatus]] = [:]
    for pid in Leftovers.allProcesses() {
      guard let status = ProcessStatus(of: pid), status.state != "Z",
        wanted.contains(status.group)
      else { continue }
      groups[status.group, default: []].append(status)
    }
    return groups
  }

  /// Resident bytes with what is shared divided among those that share it; `nil` where the kernel
  /// does not tell.
  fileprivate var proportionalSize: Int? {
    guard let bytes = SystemCall.contents(of: "/proc/\(pid)/smaps_rollup") else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2, words[0] == "Pss:", let kibibytes = Int(words[1]) {
        return kibibytes << 10
      }
    }
    return nil
  }
}
