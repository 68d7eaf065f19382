import Glibc

/// The processes that a dead owner left behind.
///
/// The direct children of an owner die with it, but for the guards of external programs. What they had
/// started may live on in their process groups; a group is known by the number, start time and boot of
/// its first process, which the registry holds. A number is not given to another process while a group
/// of that number has members, so a group whose first process is gone is still the one on record if it
/// belongs to the owner's session and began after it was recorded.
enum Leftovers {
  private struct Record {
    /// The owner's session.
    let session: Int32
    /// The start times of the groups' first processes.
    var starts: [Int32: UInt64] = [:]
    /// The group of each guard's program.
    var programs: [Int32: Int32] = [:]

    /// `nil` for a registry of another boot, or none.
    init?(_ registry: String) {
      guard let bytes = SystemCall.contents(of: registry) else { return nil }
      let lines = ProcessRegistry.lines(of: bytes)
      guard let header = lines.first, header.count == 2,
        header[0] == ProcessIdentity.currentBoot, let session = Int32(header[1])
      else { return nil }
      self.session = session
      for fields in lines.dropFirst() {
        guard let program = add(fields) else { continue }
        if let guarding = add(fields.dropFirst(2)) { programs[guarding] = program }
      }
    }

    private mutating func add(_ fields: some Collection<Substring>) -> Int32? {
      let fields = Array(fields.prefix(2))
      guard fields.count == 2, let pid = Int32(fields[0]), pid > 1, let start = UInt64(fields[1])
      else { return nil }
      starts[pid] = start
      return pid
    }
  }

  /// The process groups on record in the registry that still have members, those of guards included.
  static func groups(registry: String) -> [Int32] {
    Record(registry).map(living) ?? []
  }

  private static func living(_ record: Record) -> [Int32] {
    var recorded = record.starts
    guard !recorded.isEmpty else { return [] }
    // A number that another process has by now cannot be that of an old group.
    for (pid, start) in recorded {
      if let status = ProcessStatus(of: pid), status.startTime != start { recorded[pid] = nil }
    }
    var found: Set<Int32> = []
    for pid in allProcesses() {
      guard let status = ProcessStatus(of: pid), status.state != "Z",
        let start = recorded[status.group], status.startTime >= start,
        pid == status.group || status.session == record.session
      else { continue }
      found.insert(status.group)
    }
    return found.sorted()
  }

  /// How long a guard may take to write down what its program said, in steps of five milliseconds.
  private static let guardPatience = 600

  /// Ends the groups on record and waits until they are gone. Returns of how many jobs they were.
  static func end(registry: String) throws(OwnershipError) -> Int {
    guard let record = Record(registry) else { return 0 }
    let groups = living(record)
    guard !groups.isEmpty else { return 0 }
    for group in groups where record.programs[group] == nil { kill(-group, SIGKILL) }
    // A guard ends by itself once its program has, unless somebody has stopped it.
    for group in groups where record.programs[group] != nil { kill(-group, SIGCONT) }
    for round in 0..<1000 {
      let left = living(record)
      if left.isEmpty { return Set(groups.map { record.programs[$0] ?? $0 }).count }
      if round == guardPatience { for group in left { kill(-group, SIGKILL) } }
      usleep(5000)
    }
    throw .leftoversRemain(groups: living(record))
  }

  static func allProcesses() -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var pids: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let pid = Int32(name) { pids.append(pid) }
    }
    return pids
  }
}
