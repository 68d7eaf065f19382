import Glibc

/// The processes that a dead owner left behind.
///
/// Workers die with their owner, and programs with their guard. What they had started may live on in
/// their process groups; a group is known by the number, start time and boot of its first process, which
/// the registry holds. A number is not given to another process while a group of that number has
/// members, so a group whose first process is gone is still the one on record if it belongs to the
/// owner's session and began after it was recorded.
enum Leftovers {
  private struct Record {
    /// The owner's session.
    let session: Int32
    /// Between which clock ticks the groups' first processes began.
    var starts: [Int32: ClosedRange<UInt64>] = [:]
    var guards: Set<Int32> = []

    /// `nil` for a registry of another boot, or none.
    init?(_ bytes: [UInt8]?) {
      guard let bytes else { return nil }
      let lines = ProcessRegistry.lines(of: bytes)
      guard let header = lines.first, header.count == 2,
        header[0] == ProcessIdentity.currentBoot, let session = Int32(header[1])
      else { return nil }
      self.session = session
      for fields in lines.dropFirst() where fields.count >= 3 {
        guard let pid = Int32(fields[0]), pid > 1, let earliest = UInt64(fields[1]),
          let latest = UInt64(fields[2]), earliest <= latest
        else { continue }
        starts[pid] = earliest...latest
        if fields.count > 3, fields[3] == "guard" { guards.insert(pid) }
      }
    }
  }

  /// The process groups on record in the registry that still have members, that of a guard included.
  static func groups(registry: String) -> [Int32] {
    Record(SystemCall.contents(of: registry)).map(living) ?? []
  }

  private static func living(_ record: Record) -> [Int32] {
    var recorded = record.starts
    guard !recorded.isEmpty else { return [] }
    // A number that another process has by now cannot be that of an old group.
    for (pid, start) in recorded {
      if let status = ProcessStatus(of: pid), !start.contains(status.startTime) {
        recorded[pid] = nil
      }
    }
    var found: Set<Int32> = []
    for pid in allProcesses() {
      guard let status = ProcessStatus(of: pid), status.state != "Z",
        let start = recorded[status.group], status.startTime >= start.lowerBound,
        pid == status.group || status.session == record.session
      else { continue }
      found.insert(status.group)
    }
    return found.sorted()
  }

  /// How long a guard may take to write down what its programs said, in steps of five milliseconds.
  private static let guardPatience = 600

  /// Ends the groups on record and waits until they are gone. Returns how many there were; a guard
  /// counts where nothing else is left.
  static func end(registry: String) throws(OwnershipError) -> Int {
    guard let record = Record(SystemCall.contents(of: registry)) else { return 0 }
    let groups = living(record)
    guard !groups.isEmpty else { return 0 }
    let programs = groups.filter { !record.guards.contains($0) }
    for group in programs { kill(-group, SIGKILL) }
    // A guard ends by itself once its programs have, unless somebody has stopped it.
    for group in groups where record.guards.contains(group) { kill(-group, SIGCONT) }
    for round in 0..<1000 {
      let left = living(record)
      if left.isEmpty { return max(programs.count, 1) }
      if round == guardPatience { for group in left { kill(-group, SIGKILL) } }
      usleep(5000)
    }
    throw .leftoversRemain(groups: living(record))
  }

  /// Ends what the programs of a guard that is gone had started.
  ///
  /// - Parameter registry: open.
  static func endPrograms(registry: Int32) throws(OwnershipError) {
    guard var record = Record(ProcessRegistry.contents(of: registry)) else { return }
    for pid in record.guards { record.starts[pid] = nil }
    for _ in 0..<1000 {
      let left = living(record)
      if left.isEmpty { return }
      for group in left { kill(-group, SIGKILL) }
      usleep(1000)
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
