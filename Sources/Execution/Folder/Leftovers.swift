import Glibc

/// The processes that a dead owner left behind.
///
/// The direct children of an owner die with it. What they had started may live on in their process
/// groups; a group is known by the number, start time and boot of its first process, which the
/// registry holds. A number is not given to another process while a group of that number has
/// members, so a group whose first process is gone is still the one on record if it belongs to the
/// owner's session and began after it was recorded.
enum Leftovers {
  /// The process groups on record in the registry that still have members.
  static func groups(registry: String) -> [Int32] {
    guard let bytes = SystemCall.contents(of: registry) else { return [] }
    let lines = ProcessRegistry.lines(of: bytes)
    guard let header = lines.first, header.count == 2,
      header[0] == ProcessIdentity.currentBoot, let session = Int32(header[1])
    else { return [] }
    var recorded: [Int32: UInt64] = [:]
    for fields in lines.dropFirst() {
      guard fields.count == 2, let pid = Int32(fields[0]), pid > 1, let start = UInt64(fields[1])
      else { continue }
      recorded[pid] = start
    }
    guard !recorded.isEmpty else { return [] }
    // A number that another process has by now cannot be that of an old group.
    for (pid, start) in recorded {
      if let status = ProcessStatus(of: pid), status.startTime != start { recorded[pid] = nil }
    }
    var found: Set<Int32> = []
    for pid in allProcesses() {
      guard let status = ProcessStatus(of: pid), status.state != "Z",
        let start = recorded[status.group], status.startTime >= start,
        pid == status.group || status.session == session
      else { continue }
      found.insert(status.group)
    }
    return found.sorted()
  }

  /// Ends the groups on record and waits until they are gone. Returns how many there were.
  static func end(registry: String) throws(OwnershipError) -> Int {
    let groups = groups(registry: registry)
    guard !groups.isEmpty else { return 0 }
    for group in groups { kill(-group, SIGKILL) }
    for _ in 0..<1000 {
      if self.groups(registry: registry).isEmpty { return groups.count }
      usleep(5000)
    }
    throw .leftoversRemain(groups: self.groups(registry: registry))
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
