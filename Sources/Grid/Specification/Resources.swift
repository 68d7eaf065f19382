/// What one job needs, and what it may use at most.
package struct Resources: Hashable, Sendable, Codable {
  /// CPU cores that the job occupies of the `-j` slots.
  package var cpus: Int
  /// Memory in bytes; `nil` is no limit.
  package var memory: Int?
  package var gpus: Int
  /// Wall-clock limit of one attempt in seconds; `nil` is no limit.
  package var time: Double?
  /// The factor by which a failed attempt's memory limit is multiplied for the next one; `nil` leaves
  /// the limit as it is.
  package var memoryGrowth: Double?
  /// The same for the time limit.
  package var timeGrowth: Double?

  package init(
    cpus: Int = 1, memory: Int? = nil, gpus: Int = 0, time: Double? = nil,
    memoryGrowth: Double? = nil, timeGrowth: Double? = nil
  ) {
    self.cpus = cpus
    self.memory = memory
    self.gpus = gpus
    self.time = time
    self.memoryGrowth = memoryGrowth
    self.timeGrowth = timeGrowth
  }

  /// What the attempt after so many failed ones may use: the grid's limits, grown once for each.
  package func grown(failures: Int) -> Resources {
    var grown = self
    for _ in 0..<max(0, failures) {
      if let memory = grown.memory, let memoryGrowth {
        grown.memory = Int(min(Double(memory) * memoryGrowth, 0x1p62))
      }
      if let time = grown.time, let timeGrowth { grown.time = min(time * timeGrowth, 3.2e9) }
    }
    return grown
  }
}
